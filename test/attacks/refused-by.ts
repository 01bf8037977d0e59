import { decodeObject } from '../../src/policy/pod/decode-object.ts';
import { workloadType } from '../../src/policy/pod/workload-types.ts';
import type { ReviewContext } from '../../src/policy/admission/review-context.ts';
import { changedObject } from '../build/changed-object.ts';
import { buildPod } from '../build/pod.ts';
import { violationsOfPod } from '../build/violations-of-pod.ts';

/** Changes to the compliant pod, by JSON Pointer. They may have any shape: an author is not held to ours. */
export type Changes = Readonly<Record<string, unknown>>;

/** The checks that refuse the changed pod, each once; `unreadable` where its shape is none that the API server takes. */
export function refusedBy(changes: Changes, context: Partial<ReviewContext> = {}): readonly string[] {
  const pod = changedObject(buildPod(), changes);
  if (decodeObject(pod, workloadType('Pod'), [], 'Ignore').problems.length > 0) return ['unreadable'];
  return [...new Set(violationsOfPod(pod, context).map(({ check }) => check))];
}
