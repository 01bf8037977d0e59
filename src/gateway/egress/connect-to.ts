import { isIP, type Socket } from 'node:net';
import type { Decision } from '../../policy/decision.ts';
import { REASONS } from '../../policy/reasons.ts';
import { dialFirst } from './dial-first.ts';
import type { EgressRefusal } from './egress-refusal.ts';
import type { Network } from './network.ts';

/** Where to connect to, as the policy has parsed it. */
export interface Endpoint {
  /** Canonical host name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

export type ConnectResult =
  | { readonly socket: Socket; readonly address: string }
  | { readonly refusal: EgressRefusal };

/** Decides about all addresses of a host at once: one that is denied denies the host. */
export type DecideAddresses = (addresses: readonly string[]) => Decision;

/** For all addresses together. A SYN that is lost is sent again after 1 s and 3 s. */
const CONNECT_MILLISECONDS = 10_000;

const TOO_LATE = new Error('no address took the connection in time');

/**
 * Resolves a host once, asks whether its addresses are allowed, and connects to one of exactly these. Throws the reason of the
 * signal when it is aborted.
 */
export async function connectTo(
  network: Network,
  { host, port }: Endpoint,
  decideAddresses: DecideAddresses,
  signal: AbortSignal,
): Promise<ConnectResult> {
  const checked = await checkAddresses(network, host, decideAddresses, signal);
  return 'refusal' in checked ? checked : dialChecked(network, { host, port }, checked.addresses, signal);
}

/** The addresses of a host, all of which are allowed. */
export type CheckedAddresses =
  | { readonly addresses: readonly string[] }
  | { readonly refusal: EgressRefusal };

/** Resolves a host once, and asks whether its addresses are allowed. Throws as {@link connectTo} does. */
export async function checkAddresses(
  network: Network,
  host: string,
  decideAddresses: DecideAddresses,
  signal: AbortSignal,
): Promise<CheckedAddresses> {
  signal.throwIfAborted();
  const addresses = await resolveHost(network, host, signal);
  if ('refusal' in addresses) return addresses;
  const decision = decideAddresses(addresses.found);
  if (decision.effect === 'Allow') return { addresses: addresses.found };
  const message = `"${host}" is refused: ${REASONS[decision.reason]}`;
  return { refusal: { reason: decision.reason, message } };
}

/** Connects to one of exactly these addresses. Throws as {@link connectTo} does. */
export async function dialChecked(
  network: Network,
  { host, port }: Endpoint,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<ConnectResult> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(TOO_LATE), CONNECT_MILLISECONDS);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const dial = (address: string, given: AbortSignal): Promise<Socket> => network.dial(address, port, given);
    return await dialFirst(addresses, dial, controller.signal);
  } catch {
    signal.throwIfAborted();
    const message = `No address of "${host}" took a connection on port ${port} in time. Try again later.`;
    return { refusal: { reason: 'DestinationUnreachable', message } };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

async function resolveHost(
  network: Network,
  host: string,
  signal: AbortSignal,
): Promise<{ readonly found: readonly string[] } | { readonly refusal: EgressRefusal }> {
  if (isIP(host) !== 0) return { found: [host] };
  try {
    const found = await network.resolve(host, signal);
    if (found.length > 0) return { found };
  } catch {
    signal.throwIfAborted();
  }
  const message = `The DNS gave no addresses for "${host}" that can be used. Check the name; if it is right, try again later.`;
  return { refusal: { reason: 'NameNotResolved', message } };
}
