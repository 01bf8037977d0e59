import type { IPBlock } from '../../lib/ip-block.ts';
import { show } from '../../lib/show.ts';
import { decide, type Decision, type Violation } from '../decision.ts';
import { type AddressClass, classifyAddress } from './classify-address.ts';

const REFUSED: Readonly<Record<Exclude<AddressClass, 'Public'>, string>> = {
  Special: 'must be a public address, and not one of a special-purpose block',
  Embedding: 'must be a public address, and not one that carries an IPv4 address',
  Platform: "must be a public address, and not a service of the cloud's own",
  NotAnAddress: 'must be an IP address',
};
const DENIED = 'must not be in a block that the gateway is kept from';

/**
 * Decides whether a host may be connected to, by all addresses that its name has. One that is not public, or that is in a
 * denied block, denies the host: which of them is dialled must not matter.
 */
export function decideAddresses(addresses: readonly string[], denied: readonly IPBlock[]): Decision {
  if (addresses.length === 0)
    return decide('AddressNotAllowed', [violation('not set', 'must be at least one')]);
  const violations = addresses.flatMap((address) => {
    const required = refusalOf(address, denied);
    return required === null ? [] : [violation(show(address), required)];
  });
  return decide('AddressNotAllowed', violations);
}

function refusalOf(address: string, denied: readonly IPBlock[]): string | null {
  const kind = classifyAddress(address);
  if (kind !== 'Public') return REFUSED[kind];
  return denied.some((one) => one.has(address)) ? DENIED : null;
}

function violation(found: string, required: string): Violation {
  return {
    check: 'addresses',
    container: null,
    field: 'address',
    found,
    required,
    fix: 'Name another host, or have its DNS records corrected.',
  };
}
