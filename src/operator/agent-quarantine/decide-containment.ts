import { LABEL } from '../../api/names.ts';
import { hasEnded, type ObservedPod } from '../observed-objects.ts';

/** What to do with the label `cloister.dev/contained` of a pod. */
export type ContainmentDecision = 'Contain' | 'Release' | 'None';

/** A governed pod as the caches have it. */
export interface ContainmentWorld {
  readonly pod: ObservedPod;
  /** Whether its namespace carries the label of a tenant, where alone the operator may write. */
  readonly isEnrolled: boolean;
  readonly isQuarantined: boolean;
}

/**
 * Decides on the label of a pod. Only the operator can have added it, so without a quarantine it goes; but from the pod of a
 * sandbox, which may have it since the task ends, and is made anew otherwise.
 */
export function decideContainment({ pod, isEnrolled, isQuarantined }: ContainmentWorld): ContainmentDecision {
  if (!isEnrolled || isQuarantined === isContained(pod)) return 'None';
  if (!isQuarantined) return pod.metadata.labels?.[LABEL.sandbox] === undefined ? 'Release' : 'None';
  return hasEnded(pod) ? 'None' : 'Contain';
}

/** Whether the network of a pod is closed to it. */
export function isContained({ metadata }: ObservedPod): boolean {
  return metadata.labels?.[LABEL.contained] !== undefined;
}
