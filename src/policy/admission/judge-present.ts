import { type Violation, violationsOf } from '../decision.ts';
import type { Json } from '../pod/json-members.ts';
import { createPodSubject } from '../pod/pod-subject.ts';
import { findPod } from '../pod/pod-template.ts';
import { contextOfPod, type PodSurroundings } from './context-of-pod.ts';
import { evaluatePod } from './evaluate-pod.ts';

/**
 * Returns what is wrong with a pod or the template of a built-in workload that is there already, as the webhook would find it.
 * A pod is judged as an update: what the scheduler and the kubelet have set since is no fault of its author.
 */
export function judgePresent(
  manifest: Json,
  namespace: string,
  { now, ...around }: PodSurroundings & { readonly now: number },
): readonly Violation[] {
  const found = findPod(manifest);
  if (found === null) return [];
  const operation = found.path.length === 0 ? ('Update' as const) : ('Create' as const);
  const context = contextOfPod(found.pod, { namespace, operation, user: null }, around);
  return violationsOf(evaluatePod(createPodSubject(found.pod, found.prefix), { context, now }));
}
