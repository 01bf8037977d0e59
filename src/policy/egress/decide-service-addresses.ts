import { type IPBlock, parseIPBlocks } from '../../lib/ip-block.ts';
import { show } from '../../lib/show.ts';
import { decide, type Decision, type Violation } from '../decision.ts';
import { classifyAddress } from './classify-address.ts';

/**
 * What no Service has business with: this host, links, multicast, and where clouds keep their metadata. Of these,
 * fd00:ec2::/32 is the one of AWS and 100.100.100.200 the one of Alibaba.
 */
const NEVER = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '100.100.100.200/32',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/127',
  'fd00:ec2::/32',
  'fe80::/10',
  'ff00::/8',
];

const never = parseIPBlocks(NEVER);

/**
 * Decides whether a Service of the cluster may be connected to, by its addresses. One that is refused refuses all: which of
 * them is dialled must not matter. `denied` are the nodes, the API server and what else no agent may reach.
 */
export function decideServiceAddresses(addresses: readonly string[], denied: readonly IPBlock[]): Decision {
  if (addresses.length === 0) {
    return decide('AddressNotAllowed', [violation('not set', 'must be at least one')]);
  }
  const violations = addresses.flatMap((address) =>
    isOffLimits(address, denied)
      ? [violation(show(address), 'must not be an address that no agent may reach')]
      : [],
  );
  return decide('AddressNotAllowed', violations);
}

/** Whether nothing may be reached there on behalf of an agent; so is a text that is no address. `denied` are further blocks. */
export function isOffLimits(address: string, denied: readonly IPBlock[]): boolean {
  const kind = classifyAddress(address);
  return (
    kind === 'NotAnAddress' ||
    kind === 'Embedding' ||
    kind === 'Platform' ||
    never === null ||
    never.has(address) ||
    denied.some((block) => block.has(address))
  );
}

function violation(found: string, required: string): Violation {
  return {
    check: 'addresses',
    container: null,
    field: 'address',
    found,
    required,
    fix: 'Have the role name another Service.',
  };
}
