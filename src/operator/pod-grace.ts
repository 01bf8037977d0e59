import type { KubeObject } from '../kube/kube-object.ts';

/** How long a governed pod may take to end, which the contract bounds in its spec and nothing bounds in a deletion. */
export const MAX_GRACE_SECONDS = 30;

/** The same for a pod that is cut off: until its end, what it has open stays open. */
export const CONTAINED_GRACE_SECONDS = 1;

/**
 * Whether a pod that is being deleted has been given longer to end than it may have. Whoever deletes a pod chooses the time; a
 * second deletion can only make it shorter.
 */
export function endsTooLate({ metadata }: KubeObject, maxSeconds: number): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.deletionGracePeriodSeconds ?? 0) > maxSeconds;
}
