import { endsTooLate, MAX_GRACE_SECONDS } from '../pod-grace.ts';
import { LABEL } from '../../api/names.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { parseTime } from '../../lib/time.ts';
import { hasEnded, type ObservedPod } from '../observed-objects.ts';

/** What to do with a pod: end it, look at it again at a time (milliseconds since 1970), or nothing. */
export type LifetimeDecision =
  | {
      readonly action: 'End';
      readonly reason: 'LifetimeReached' | 'RoleDeleted';
      readonly message: string;
    }
  | { readonly action: 'Wait'; readonly until: number }
  | { readonly action: 'Ignore' };

/** A governed pod as the caches have it. */
export interface LifetimeWorld {
  readonly pod: ObservedPod;
  /** Whether its namespace belongs to a tenant, where alone the operator may write. */
  readonly isEnrolled: boolean;
  /** `maxLifetimeSeconds` of its role; undefined where the role does not exist any more. */
  readonly maxLifetimeSeconds: number | undefined;
  readonly now: number;
}

const IGNORE: LifetimeDecision = { action: 'Ignore' };

/**
 * Decides on a pod whose workload cannot set `activeDeadlineSeconds`: a Deployment, a StatefulSet, a DaemonSet. Its life counts
 * from `status.startTime`, as the kubelet counts a deadline. Without its role nothing says what it may do, and it ends as the pod of
 * a sandbox does.
 */
export function decideLifetime({
  pod,
  isEnrolled,
  maxLifetimeSeconds,
  now,
}: LifetimeWorld): LifetimeDecision {
  const { startTime } = pod.status ?? {};
  const isEnding = pod.metadata.deletionTimestamp !== undefined && !endsTooLate(pod, MAX_GRACE_SECONDS);
  const started = parseTime(startTime ?? '');
  if (!isEnrolled || hasEnded(pod) || isEnding) return IGNORE;
  const role = pod.metadata.labels?.[LABEL.role];
  if (maxLifetimeSeconds === undefined) {
    return { action: 'End', reason: 'RoleDeleted', message: `AgentRole "${role}" does not exist any more.` };
  }
  if (!(started > 0)) return IGNORE;
  const end = started + maxLifetimeSeconds * 1000;
  if (now < end) return { action: 'Wait', until: end };
  const message = `Role "${role}" lets a pod live for ${maxLifetimeSeconds} s, and this one has run since ${startTime}.`;
  return { action: 'End', reason: 'LifetimeReached', message };
}

/** Whether a pod's life is ended here: that of a sandbox is its sandbox's, which counts over all its pods. */
export function isGoverned({ metadata: { labels, ownerReferences } }: KubeObject): boolean {
  const isSandbox =
    labels?.[LABEL.sandbox] !== undefined &&
    (ownerReferences?.some(({ kind, controller }) => kind === 'AgentSandbox' && controller === true) ??
      false);
  return labels?.[LABEL.role] !== undefined && !isSandbox;
}
