import { MAX_GRACE_SECONDS } from '../pod-grace.ts';
import { LABEL } from '../../api/names.ts';
import type { Controller } from '../../controller/controller.ts';
import type { EventRecorder } from '../../controller/events.ts';
import type { Work } from '../../controller/keyed-queue.ts';
import { findListed } from '../../kube/find-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import { objectKey } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { unlessGone } from '../../kube/unless-gone.ts';
import type { Clock } from '../../lib/clock.ts';
import { compileRole } from '../../policy/roles/compile-role.ts';
import type { ObservedPod } from '../observed-objects.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';
import { decideLifetime, isGoverned, type LifetimeDecision } from './decide-lifetime.ts';

export interface PodLifetimeOptions {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  readonly events: Pick<EventRecorder, 'record'>;
}

/** Returns the keys of the pods that have a role and belong to no sandbox. */
export function knownGovernedPods(caches: Pick<OperatorCaches, 'pods'>): readonly string[] {
  return governed(caches).map(({ metadata }) => objectKey(metadata));
}

function governed({ pods }: Pick<OperatorCaches, 'pods'>): readonly ObservedPod[] {
  return pods.list().filter(isGoverned);
}

/** Adds each of these pods when it, its role or its namespace changes. */
export function followGovernedPods(caches: OperatorCaches, controller: Pick<Controller, 'add'>): void {
  const addWhere = (isMeant: (pod: ObservedPod) => boolean): void => {
    for (const pod of governed(caches)) if (isMeant(pod)) controller.add(objectKey(pod.metadata));
  };
  caches.pods.subscribe(({ type, object }) => {
    if (type !== 'Deleted' && isGoverned(object)) controller.add(objectKey(object.metadata));
  });
  caches.roles.subscribe(({ object }) => {
    addWhere(({ metadata }) => metadata.labels?.[LABEL.role] === object.metadata.name);
  });
  caches.namespaces.subscribe(({ object }) => {
    addWhere(({ metadata }) => metadata.namespace === object.metadata.name);
  });
}

/** A role that the cache does not show is looked for again after so long, where the API server has it. */
const LATE_MILLISECONDS = 1_000;

/** Ends the governed pods that belong to no sandbox when the lifetime of their role is over, or it is deleted. */
export function createLifetimeReconciler(caches: OperatorCaches, options: PodLifetimeOptions): Work {
  const { clock } = options;
  return async (key, signal) => {
    const [namespace = '', name = ''] = key.split('/');
    const pod = caches.pods.get(namespace, name);
    if (pod === undefined || !isGoverned(pod)) return {};
    const roleName = pod.metadata.labels?.[LABEL.role] ?? '';
    const role = caches.roles.get(undefined, roleName);
    const now = clock.now();
    const decision = decideLifetime({
      pod,
      isEnrolled: tenantOfNamespace(caches, namespace) !== undefined,
      maxLifetimeSeconds: role === undefined ? undefined : compileRole(role).maxLifetimeSeconds,
      now,
    });
    if (decision.action === 'Wait') return { requeueAfterMilliseconds: decision.until - now };
    if (decision.action !== 'End') return {};
    if (decision.reason === 'RoleDeleted') {
      // The caches of pods and roles do not hear of everything at the same moment.
      const found = await findListed(options.client, resources.agentRoles, { name: roleName }, { signal });
      if (found !== undefined) return { requeueAfterMilliseconds: LATE_MILLISECONDS };
    }
    await end(pod, decision, { ...options, signal });
    return {};
  };
}

async function end(
  pod: ObservedPod,
  { reason, message }: Extract<LifetimeDecision, { readonly action: 'End' }>,
  { client, logger, events, signal }: PodLifetimeOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { namespace = '', name = '', uid } = pod.metadata;
  // However long the pod itself asks for, its agent goes on working meanwhile.
  const asked = pod.spec?.terminationGracePeriodSeconds ?? MAX_GRACE_SECONDS;
  const gracePeriodSeconds = Math.min(asked, MAX_GRACE_SECONDS);
  const deletion = client.delete(resources.pods, { namespace, name }, { uid, gracePeriodSeconds, signal });
  if (!(await unlessGone(deletion))) return;
  logger.info({ namespace, name, message }, 'pod of a role ended');
  events.record({
    regarding: { apiVersion: 'v1', kind: 'Pod', ...pod },
    type: 'Normal',
    reason,
    action: 'DeletePod',
    note: message,
  });
}
