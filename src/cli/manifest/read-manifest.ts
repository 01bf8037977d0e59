import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';
import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import type { Problem } from '../../policy/pod/decode-object.ts';
import { adviseQuotes } from '../../policy/pod/describe-wrong-type.ts';
import type { FieldPath } from '../../policy/pod/field-path.ts';
import { type FoundPod, findPods, isWorkload } from '../../policy/pod/pod-template.ts';
import { type ReadPod, readPods } from '../../policy/pod/read-pod.ts';
import { type CloisterObject, readCloisterObject } from '../input/read-cloister-object.ts';
import { identify } from './describe-manifest.ts';
import { explainUnknownKind, isPodlessKind } from './podless-kinds.ts';
import { explainUnreadKind, findPartOfPod } from './unread-kinds.ts';

/** A pod of a manifest, with fields of the right types. */
export interface ManifestPod extends ReadPod {
  /** The namespace of the manifest, or else of its template; empty where neither sets one. */
  readonly namespace: string;
}

/** What a manifest holds that a command works on. */
export type ManifestContent =
  | { readonly type: 'Pods'; readonly pods: readonly ManifestPod[] }
  | { readonly type: 'Cloister'; readonly object: CloisterObject }
  /** It holds no pod. */
  | { readonly type: 'Podless' }
  /** It holds or makes pods, in a form that is not read. */
  | { readonly type: 'Unread'; readonly error: string }
  /** The API server rejects it. */
  | {
      readonly type: 'Invalid';
      readonly error: string;
      /** Line of the first fault, where it is known. */
      readonly line?: number;
    };

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
  const unknown = isWorkload(object) ? null : explainUnknownKind(apiVersion, kind);
  if (unknown !== null) return { type: 'Invalid', error: unknown };
  if (isPodlessKind(apiVersion, kind)) return { type: 'Podless' };
  const unread = explainUnreadKind(apiVersion, kind);
  if (unread !== null) return { type: 'Unread', error: unread };
  const found = findPods(object);
  if (found.length > 0) return readFoundPods(manifest, found);
  const subject = `the kind ${kind} of ${apiVersion}`;
  if (isWorkload(object)) return { type: 'Invalid', error: `${subject} must have a pod template; add it` };
  const part = findPartOfPod(object);
  if (part === null) return { type: 'Podless' };
  const error = `${subject} has part of a pod at ${part}, in a form that is not read; review the pods that it makes`;
  return { type: 'Unread', error };
}

function readFoundPods(manifest: ManifestDocument, found: readonly FoundPod[]): ManifestContent {
  const reading = readPods(manifest.object, found);
  if ('problems' in reading) return { type: 'Invalid', ...describeRejection(manifest, reading) };
  // The pods of a workload are created in its own namespace, whatever its template says.
  const { namespace } = identify(manifest);
  return {
    type: 'Pods',
    pods: reading.pods.map((one) => ({ ...one, namespace: namespace ?? one.pod.metadata?.namespace ?? '' })),
  };
}

/**
 * Says in one text why the API server rejects a manifest, with the line of each fault that is not on the line of the
 * first. `more` is the number of faults beyond those given.
 */
function describeRejection(
  manifest: ManifestDocument,
  { problems, more }: { readonly problems: readonly Problem[]; readonly more: number },
): { readonly error: string; readonly line: number } {
  const places = manifest.locate?.(problems.map(({ path }) => path)) ?? [];
  const line = Math.min(...places.map((place) => place.line), Number.MAX_SAFE_INTEGER);
  const sentences = problems.map(({ path, message, needsQuotes }, index) => {
    const place = places[index];
    const advice =
      needsQuotes === true ? `. ${adviseQuotes(valueAt(manifest.object, path), place?.written ?? null)}` : '';
    return `${place === undefined || place.line === line ? '' : `line ${place.line}: `}${message}${advice}`;
  });
  if (more > 0) sentences.push(`${more} more ${more === 1 ? 'field is' : 'fields are'} wrong`);
  return { error: joinSentences(sentences), line: places.length === 0 ? manifest.line : line };
}

function joinSentences(sentences: readonly string[]): string {
  return sentences.reduce((text, one) => `${text}${text.endsWith('?') ? '' : '.'} ${one}`);
}

function valueAt(object: unknown, path: FieldPath): unknown {
  let at = object;
  for (const step of path) {
    if (Array.isArray(at)) at = at[Number(step)];
    else at = isRecord(at) ? at[step] : undefined;
  }
  return at;
}
