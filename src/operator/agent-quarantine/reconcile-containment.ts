import type { Work } from '../../controller/keyed-queue.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import { objectKey } from '../../kube/kube-object.ts';
import type { Clock } from '../../lib/clock.ts';
import { recordContainment } from '../audit/record-event.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';
import { decideContainment } from './decide-containment.ts';
import type { QuarantineLookup } from './quarantine-lookup.ts';
import { writeContainedLabel } from './write-contained-label.ts';

export interface ContainmentOptions {
  readonly client: Pick<KubeClient, 'apply'>;
  readonly logger: KubeLogger;
  readonly clock: Pick<Clock, 'now'>;
  readonly caches: Pick<OperatorCaches, 'pods' | 'namespaces'>;
  readonly quarantineOf: Pick<QuarantineLookup, 'ofPod'>;
}

/** The keys of all governed pods, those of sandboxes included. */
export function knownContainable({ pods }: Pick<OperatorCaches, 'pods'>): readonly string[] {
  return pods.list().map(({ metadata }) => objectKey(metadata));
}

/**
 * Returns the reconciler that cuts pods off and releases them, by `namespace/name`: the NetworkPolicy that lets pods reach the
 * gateway leaves out those with the label `cloister.dev/contained`.
 */
export function createContainmentReconciler(options: ContainmentOptions): Work {
  const { caches, quarantineOf } = options;
  return async (key, signal) => {
    const [namespace = '', name = ''] = key.split('/');
    const pod = caches.pods.get(namespace, name);
    if (pod === undefined) return {};
    const quarantine = quarantineOf.ofPod(pod);
    const tenant = tenantOfNamespace(caches, namespace);
    const isEnrolled = tenant !== undefined;
    const decision = decideContainment({ pod, isEnrolled, isQuarantined: quarantine !== null });
    if (decision === 'None') return {};
    await writeContainedLabel(pod, decision === 'Contain', options.client, signal);
    const fields = { namespace, name, quarantine: quarantine?.metadata.name };
    options.logger.info(fields, decision === 'Contain' ? 'pod contained' : 'pod released');
    const event = decision === 'Contain' ? 'Contained' : 'Released';
    const recording = { tenant: tenant ?? null, clock: options.clock, logger: options.logger };
    recordContainment(event, { pod, quarantine: quarantine?.metadata }, recording);
    return {};
  };
}
