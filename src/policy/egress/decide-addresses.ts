import type { IPBlock } from '../../lib/ip-block.ts';
import type { Decision } from '../decision.ts';

/**
 * Decides whether a host may be connected to, by all addresses that its name has. One that is not public, or that is in a
 * denied block, denies the host: which one is dialled must not matter.
 */
export function decideAddresses(_addresses: readonly string[], _denied: readonly IPBlock[]): Decision {
  return { effect: 'Deny', reason: 'AddressNotAllowed', violations: [] };
}
