import { show } from '../../lib/show.ts';
import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import { type FoundPod, findPods, isWorkload } from '../../policy/pod/pod-template.ts';
import { readPod } from '../../policy/pod/read-pod.ts';
import { type CloisterObject, readCloisterObject } from '../input/read-cloister-object.ts';
import { identify } from './describe-manifest.ts';
import { isPodlessKind } from './podless-kinds.ts';

/** A pod of a manifest, with fields of the right types. */
export interface ManifestPod extends FoundPod {
  /** The namespace of the manifest, or else of its template; empty where neither sets one. */
  readonly namespace: string;
}

/** What a manifest holds that a command works on. */
export type ManifestContent =
  | { readonly type: 'Pods'; readonly pods: readonly ManifestPod[] }
  | { readonly type: 'Cloister'; readonly object: CloisterObject }
  /** A kind that is known to hold no pod. */
  | { readonly type: 'Podless' }
  /** A kind that is not known, and no pod was found in it. */
  | { readonly type: 'Unknown'; readonly error: string }
  /** The API server rejects it. */
  | { readonly type: 'Invalid'; readonly error: string };

/** Finds the pods of a manifest, or reads it as an object of a Cloister kind. */
export function readManifest(manifest: ManifestDocument): ManifestContent {
  const { object } = manifest;
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') {
    const found = `apiVersion is ${show(apiVersion)} and kind is ${show(kind)}`;
    return { type: 'Invalid', error: `${found}; set both` };
  }
  const cloister = readCloisterObject(object);
  if (cloister !== null) {
    return 'error' in cloister ? { type: 'Invalid', ...cloister } : { type: 'Cloister', ...cloister };
  }
  if (isPodlessKind(apiVersion, kind)) return { type: 'Podless' };
  const found = findPods(object);
  if (found.length > 0) return readPods(manifest, found);
  const subject = `the kind ${kind} of ${apiVersion}`;
  return isWorkload(object)
    ? { type: 'Invalid', error: `${subject} must have a pod template; add it` }
    : {
        type: 'Unknown',
        error: `${subject} is not known, and no pod or pod template was found in it; leave it out`,
      };
}

function readPods(manifest: ManifestDocument, found: readonly FoundPod[]): ManifestContent {
  // The pods of a workload are created in its own namespace, whatever its template says.
  const { namespace } = identify(manifest);
  const pods: ManifestPod[] = [];
  for (const { pod, path, prefix } of found) {
    const reading = readPod(pod, prefix);
    if ('error' in reading) return { type: 'Invalid', error: reading.error };
    pods.push({
      pod: reading.pod,
      path,
      prefix,
      namespace: namespace ?? reading.pod.metadata?.namespace ?? '',
    });
  }
  return { type: 'Pods', pods };
}
