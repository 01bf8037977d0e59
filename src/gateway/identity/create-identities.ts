import type { AgentRole } from '../../api/agent-role.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { PodDirectory } from '../pod-directory.ts';
import type { CallPolicy, Identities } from './caller.ts';

export interface IdentitiesOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly tenant: string;
  /** The system namespace of the tenant. */
  readonly namespace: string;
  readonly pods: PodDirectory;
  /** Called once for each role and hash. */
  readonly compile: (spec: AgentRole['spec'], role: string) => CallPolicy;
}

/** Tells who calls, from what the operator writes and from the pods of the tenant. */
export function createIdentities(_options: IdentitiesOptions): Identities {
  const refusal = { reason: 'NotReady', message: 'nothing is known yet', retry: true } as const;
  return {
    start: () => undefined,
    stop: () => Promise.resolve(),
    problem: () => refusal.message,
    identify: () => Promise.resolve({ refusal }),
    stillHolds: () => refusal,
    onChange: () => () => undefined,
  };
}
