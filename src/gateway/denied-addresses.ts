import type { IPBlock } from '../lib/ip-block.ts';
import { canonicalAddress } from '../lib/ip-address.ts';
import type { ParsedClusterFacts } from '../policy/gate/cluster-facts.ts';
import type { ParsedGateFacts } from '../policy/gate/parse-gate-facts.ts';
import { decideAddresses } from '../policy/egress/decide-addresses.ts';
import type { DecideAddresses } from './egress/connect-to.ts';
import type { PodDirectory } from './pod-directory.ts';

export interface DeniedAddressesOptions {
  /** What the operator tells that no pod may reach. */
  readonly facts: () => ParsedGateFacts;
  /** What the operator tells of the addresses of the cluster. */
  readonly cluster: () => ParsedClusterFacts;
  readonly pods: Pick<PodDirectory, 'list' | 'onChange'>;
  /** Blocks from the command line. */
  readonly blocks: readonly IPBlock[];
}

/** The name of targets that stand for the whole internet, of which the role decides. */
const OUTSIDE = 'outside';

/**
 * Decides about addresses with what is known of the cluster now: its API server, nodes, pods and Services may have public
 * addresses. While that is not known, nothing is allowed.
 */
export function createDecideAddresses({
  facts,
  cluster,
  pods,
  blocks,
}: DeniedAddressesOptions): DecideAddresses {
  let nodes: ReadonlySet<string> | null = null;
  pods.onChange(() => (nodes = null));
  const nodeAddresses = (): ReadonlySet<string> =>
    (nodes ??= new Set(pods.list().flatMap((pod) => pod.nodeAddresses)));
  return (addresses) => {
    const current = facts();
    const told = cluster();
    if ('problem' in current || 'problem' in told) {
      return { effect: 'Deny', reason: 'NotReady', violations: [] };
    }
    const targets = current.facts.targets.flatMap(({ name, address }) => (name === OUTSIDE ? [] : address));
    const single: IPBlock = {
      has: (address) => {
        const canonical = canonicalAddress(address) ?? address;
        return (
          nodeAddresses().has(canonical) || targets.some((target) => canonicalAddress(target) === canonical)
        );
      },
    };
    return decideAddresses(addresses, [...blocks, told.block, single]);
  };
}
