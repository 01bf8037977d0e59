import type { IPBlock } from '../lib/ip-block.ts';
import { canonicalAddress } from '../lib/ip-address.ts';
import type { ParsedClusterFacts } from '../policy/gate/cluster-facts.ts';
import type { ParsedGateFacts } from '../policy/gate/parse-gate-facts.ts';
import type { ParsedServiceFacts } from '../policy/gate/service-facts.ts';
import type { Decision } from '../policy/decision.ts';
import { decideAddresses } from '../policy/egress/decide-addresses.ts';
import { decideServiceAddresses } from '../policy/egress/decide-service-addresses.ts';
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
export function createDecideAddresses(options: DeniedAddressesOptions): DecideAddresses {
  const { cluster, blocks } = options;
  const findTargets = followTargets(options);
  return (addresses) => {
    const targets = findTargets();
    const told = cluster();
    if (targets === null || 'problem' in told) return NOT_READY;
    return decideAddresses(addresses, [...blocks, told.block, targets]);
  };
}

export interface DeniedServiceAddressesOptions extends Omit<DeniedAddressesOptions, 'cluster'> {
  /** What the operator tells of Services, and of where none may be. */
  readonly services: () => ParsedServiceFacts;
}

/** Decides about the addresses of a Service in the same way. Those of pods and Services are allowed then. */
export function createDecideServiceAddresses(options: DeniedServiceAddressesOptions): DecideAddresses {
  const { services, blocks } = options;
  const findTargets = followTargets(options);
  return (addresses) => {
    const targets = findTargets();
    const told = services();
    if (targets === null || 'problem' in told) return NOT_READY;
    return decideServiceAddresses(addresses, [...blocks, told.denied, targets]);
  };
}

const NOT_READY: Decision = { effect: 'Deny', reason: 'NotReady', violations: [] };

/** The nodes, the API server and what else no pod may reach, as one block; null while it is not known. */
function followTargets({
  facts,
  pods,
}: Pick<DeniedAddressesOptions, 'facts' | 'pods'>): () => IPBlock | null {
  let nodes: ReadonlySet<string> | null = null;
  pods.onChange(() => (nodes = null));
  const nodeAddresses = (): ReadonlySet<string> =>
    (nodes ??= new Set(pods.list().flatMap((pod) => pod.nodeAddresses)));
  return () => {
    const current = facts();
    if ('problem' in current) return null;
    const targets = current.facts.targets.flatMap(({ name, address }) => (name === OUTSIDE ? [] : address));
    return {
      has: (address) => {
        const canonical = canonicalAddress(address) ?? address;
        return (
          nodeAddresses().has(canonical) || targets.some((target) => canonicalAddress(target) === canonical)
        );
      },
    };
  };
}
