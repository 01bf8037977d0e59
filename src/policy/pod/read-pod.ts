import { type Decoding, decodeObject, MAX_PROBLEMS, type Problem } from './decode-object.ts';
import { type Json, recordOf, textOf } from './json-members.ts';
import type { FoundPod } from './pod-template.ts';
import { createReject } from './reject.ts';
import { validatePod } from './validate-pod.ts';
import { validateWorkload } from './validate-workload.ts';
import { WORKLOAD_TYPES, workloadType } from './workload-types.ts';

/** The pods of a manifest as the API server reads them, or why it rejects the manifest. */
export type PodReading =
  | { readonly pods: readonly ReadPod[] }
  | {
      /** At least one, at most {@link MAX_PROBLEMS}. */
      readonly problems: readonly Problem[];
      /** How many there are beyond those. */
      readonly more: number;
    };

/** A pod whose fields have the right types. */
export interface ReadPod extends FoundPod {
  /** Whether it is a Pod that is on a cluster already. */
  readonly isExisting: boolean;
}

/** The versions of the built-in workload kinds that the API server serves. */
const SERVED = ['v1', 'apps/v1', 'batch/v1'];

/**
 * Reads the pods that were found in a manifest. The API server rejects a field that it does not know, one of the wrong
 * type (`privileged: "yes"`) and a pod that its validation does not accept, so no decision about any of these would mean
 * anything. A pod of a kind that is not Kubernetes' own may have fields beside those of a pod, and may leave out what
 * its controller fills in.
 */
export function readPods(manifest: Json, found: readonly FoundPod[]): PodReading {
  const problems: Problem[] = [];
  let more = 0;
  const add = (one: Problem): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(one);
    else more += 1;
  };
  const isStored = isOnCluster(manifest);
  const pods = found.map((one): ReadPod => {
    const isOld = isStored || (one.holder !== null && isOnCluster(one.holder));
    const decoding = decode(manifest, one, isOld);
    decoding.problems.forEach(add);
    more += decoding.more;
    if (decoding.problems.length === 0 && !isOld) validate(manifest, one, decoding, add);
    return { ...one, isExisting: isOld && one.pod === one.holder };
  });
  return problems.length === 0 ? { pods } : { problems, more };
}

function decode(manifest: Json, { pod, path, holder }: FoundPod, isOld: boolean): Decoding {
  const unknownFields = isOld ? 'Ignore' : holder === null ? 'RefuseSimilar' : 'Refuse';
  const isServed = holder === manifest && SERVED.includes(textOf(manifest['apiVersion']));
  const whole = isServed ? WORKLOAD_TYPES.get(textOf(manifest['kind'])) : undefined;
  if (whole !== undefined) return decodeObject(manifest, whole, [], unknownFields);
  const type = workloadType(pod === holder ? 'Pod' : 'PodTemplateSpec');
  return decodeObject(pod, type, path, unknownFields);
}

function validate(
  manifest: Json,
  { pod, path, holder }: FoundPod,
  { invalid }: Decoding,
  add: (problem: Problem) => void,
): void {
  if (holder === null) return;
  const reject = createReject(add);
  invalid.forEach(add);
  if (invalid.length > 0) return;
  if (holder === manifest) validateWorkload(manifest, pod, path, reject);
  else validatePod(pod, path, reject, []);
}

/**
 * Whether an object comes from a cluster. `kubectl create --dry-run` writes an empty status, so that alone is no sign.
 */
function isOnCluster(object: Json): boolean {
  return (
    textOf(recordOf(object['metadata'])['uid']) !== '' || Object.keys(recordOf(object['status'])).length > 0
  );
}
