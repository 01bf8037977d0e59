import { NETWORK_POLICY } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { apiVersionOf, type KubeResource } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';
import { parseTime } from '../../lib/time.ts';
import { hasEnded } from '../observed-objects.ts';
import type { OperatorCaches } from '../operator-caches.ts';

/** Kinds whose pods are made from a template of theirs. */
const TEMPLATES: readonly KubeResource[] = [
  resources.cronJobs,
  resources.daemonSets,
  resources.deployments,
  resources.jobs,
  resources.replicaSets,
  resources.replicationControllers,
  resources.statefulSets,
];

/** A pod or a workload with a template that was in a namespace before that was enrolled. */
export interface PresentObject {
  readonly namespace: string;
  readonly object: KubeObject & { readonly apiVersion: string; readonly kind: string };
}

/**
 * When a namespace was enrolled, in milliseconds since 1970: it was closed in the same moment. Null where it is not closed yet.
 */
export function enrolmentTime(
  namespace: string,
  { networkPolicies }: Pick<OperatorCaches, 'networkPolicies'>,
): number | null {
  const deny = networkPolicies.get(namespace, NETWORK_POLICY.defaultDeny);
  return deny === undefined ? null : parseTime(deny.metadata.creationTimestamp ?? '');
}

/**
 * Lists the pods and workloads that were in a namespace before it was enrolled; all later ones were judged at admission.
 * They are listed and not cached, since there are few reasons to look at them again and nobody knows how many they are.
 */
export async function findPresent(
  namespace: string,
  enrolledAt: number,
  client: Pick<KubeClient, 'list'>,
): Promise<readonly PresentObject[]> {
  const found = await Promise.all(
    [resources.pods, ...TEMPLATES].map(async (resource) => {
      const { items } = await client.list<KubeObject>(resource, { namespace });
      return items
        .filter(({ metadata }) => parseTime(metadata.creationTimestamp ?? '') <= enrolledAt)
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .filter((object) => (resource === resources.pods ? !hasEnded(object) : !isControlled(object)))
        .map((object) => ({
          namespace,
          object: { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind },
        }));
    }),
  );
  return found.flat();
}

/** A ReplicaSet of a Deployment has its template, and so has a Job of a CronJob. */
function isControlled({ metadata }: KubeObject): boolean {
  return metadata.ownerReferences?.some(({ controller }) => controller === true) ?? false;
}
