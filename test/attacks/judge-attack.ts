import type { Pod } from '../../src/policy/pod/pod.ts';
import { readPod } from '../../src/policy/pod/read-pod.ts';
import type { ReviewContext } from '../../src/policy/admission/review-context.ts';
import { changedObject } from '../build/changed-object.ts';
import { buildPod } from '../build/pod.ts';
import { violationsOfPod } from '../build/violations-of-pod.ts';

/** Changes to the compliant pod, by JSON Pointer. They may have any shape: an author is not held to ours. */
export type Changes = Readonly<Record<string, unknown>>;

/** The checks that refuse the changed pod, each once; `unreadable` where its shape is none that the API server takes. */
export function refusedBy(changes: Changes, context: Partial<ReviewContext> = {}): readonly string[] {
  const read = readPod(changedObject(buildPod(), changes), '');
  if ('error' in read) return ['unreadable'];
  return refusedPod(read.pod, context);
}

/** The same for a pod that is there already. */
export function refusedPod(pod: Pod, context: Partial<ReviewContext> = {}): readonly string[] {
  return [...new Set(violationsOfPod(pod, context).map(({ check }) => check))];
}
