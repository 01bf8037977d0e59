import type { Socket } from 'node:net';
import type { Decision } from '../../policy/decision.ts';
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

/**
 * Resolves a host once, asks whether its addresses are allowed, and connects to one of exactly these. Throws the reason of the
 * signal when it is aborted.
 */
export async function connectTo(
  _network: Network,
  { host }: Endpoint,
  _decideAddresses: DecideAddresses,
  signal: AbortSignal,
): Promise<ConnectResult> {
  signal.throwIfAborted();
  return { refusal: { reason: 'DestinationUnreachable', message: `"${host}" cannot be reached.` } };
}
