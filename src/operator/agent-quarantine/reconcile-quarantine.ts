import { API_VERSION } from '../../api/names.ts';
import { conditionEvents, type ToldConditions } from '../../controller/condition-events.ts';
import { wholeStatus } from '../../controller/conditions.ts';
import type { EventRecorder } from '../../controller/events.ts';
import type { Work } from '../../controller/keyed-queue.ts';
import { writeStatus } from '../../controller/write-status.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { resources } from '../../kube/resources.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatTime } from '../../lib/time.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';
import { decideQuarantine } from './decide-quarantine.ts';
import type { QuarantineLookup } from './quarantine-lookup.ts';

export interface QuarantineReconcilerOptions {
  readonly client: Pick<KubeClient, 'applyStatus'>;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly clock: Clock;
  readonly caches: Pick<OperatorCaches, 'quarantines' | 'namespaces'>;
  readonly quarantineOf: Pick<QuarantineLookup, 'heldBy'>;
}

const TOLD: ToldConditions = {
  Contained: {
    action: 'Contain',
    reasons: { Contained: 'Normal', Containing: 'Warning', NothingToContain: 'Normal' },
  },
};

/** Creates the reconciler of quarantines, by name. It writes their status, and nothing else. */
export function createQuarantineReconciler(options: QuarantineReconcilerOptions): Work {
  const { client, events, clock, caches, quarantineOf } = options;
  const isEnrolled = (namespace: string): boolean => tenantOfNamespace(caches, namespace) !== undefined;
  return async (name, signal) => {
    const quarantine = caches.quarantines.get(undefined, name);
    if (quarantine === undefined || quarantine.metadata.deletionTimestamp !== undefined) return {};
    const now = clock.now();
    const held = quarantineOf.heldBy(quarantine);
    const { contained, fields } = decideQuarantine({ quarantine, held, isEnrolled, now });
    const status = wholeStatus(quarantine, [contained], fields, formatTime(now));
    if (status === null) return {};
    const { uid, resourceVersion } = quarantine.metadata;
    // Of this object as it was read: a late cache must not lose what a newer status has measured.
    const object = { metadata: { name, uid, resourceVersion }, status };
    const regarding = { apiVersion: API_VERSION, kind: 'AgentQuarantine', metadata: quarantine.metadata };
    const conditions = { before: quarantine.status?.conditions ?? [], after: status.conditions ?? [] };
    const facts = conditionEvents(regarding, conditions, TOLD);
    await writeStatus({ resource: resources.agentQuarantines, object, facts }, { client, events, signal });
    return {};
  };
}
