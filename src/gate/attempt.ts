import { isIPv6 } from 'node:net';

/** How one attempt to reach a target ended. */
export type Attempt =
  | { readonly state: 'Closed' }
  /** The target was reached. */
  | { readonly state: 'Open' }
  /** The start gate itself failed, so nothing is known of the target. */
  | { readonly state: 'Fault'; readonly code: string };

export const CLOSED: Attempt = { state: 'Closed' };
export const OPEN: Attempt = { state: 'Open' };

/**
 * Refused, unreachable or prohibited, by ICMP or by a filter of the machine. EPERM is what a filter in the pod's own output
 * path or a connect hook in BPF returns; that the process may open connections at all is shown by the canary.
 */
const CLOSED_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOPROTOOPT',
  'EACCES',
  'EPERM',
]);

/** The peer ended a connection that had been completed before the event loop saw it. */
const OPEN_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** The pod has no IPv6 address, or the kernel no IPv6. For IPv4 the same codes are a lack of ports or of sockets. */
const NO_IPV6_CODES: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** Returns what a failed attempt says about its target. Any code that is not known is a fault, never closed. */
export function attemptOfError(error: NodeJS.ErrnoException, address: string): Attempt {
  const code = error.code ?? error.name;
  if (OPEN_CODES.has(code)) return OPEN;
  if (CLOSED_CODES.has(code)) return CLOSED;
  if (NO_IPV6_CODES.has(code) && isIPv6(address)) return CLOSED;
  return { state: 'Fault', code };
}
