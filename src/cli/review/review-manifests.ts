import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import { findPods, isWorkload } from '../../policy/pod/pod-template.ts';
import { show } from '../../lib/show.ts';
import type { Policies } from '../policies/policies.ts';
import { readCloisterObject } from '../policies/read-cloister-object.ts';
import { identify } from './identify.ts';
import { evaluateKind } from '../../policy/kinds/evaluate-kind.ts';
import { violationsOf } from '../../policy/decision.ts';
import { isPodlessKind } from './podless-kinds.ts';
import type { Entry, ReviewEntry, UnreadableEntry } from './review-entry.ts';
import type { ReviewOptions } from './review-options.ts';
import { chosenChecks, reviewPods } from './review-pods.ts';

/** Reviews manifests as they come, in their order, none of them kept. What holds no pod gives no entry. */
export async function* reviewManifests(
  documents: AsyncIterable<ManifestDocument | UnreadableDocument>,
  policies: Policies,
  options: ReviewOptions,
): AsyncGenerator<Entry> {
  const given = { policies, options, checks: chosenChecks(options) };
  for await (const document of documents) {
    const entry = 'error' in document ? document : review(document, given);
    if (entry !== null) yield entry;
  }
}

type Given = Parameters<typeof reviewPods>[2];

function review(manifest: ManifestDocument, given: Given): Entry | null {
  const { object } = manifest;
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') {
    const found = `apiVersion is ${show(apiVersion)} and kind is ${show(kind)}`;
    return unreadable(manifest, `${found}; an object has to name both`);
  }
  const own = readCloisterObject(object);
  if (own !== null) return reviewOwn(manifest, own, given);
  if (isPodlessKind(apiVersion, kind)) return null;
  const pods = findPods(object);
  if (pods.length > 0) return reviewPods(manifest, pods, given);
  const found = `the kind ${kind} of ${apiVersion}`;
  return unreadable(
    manifest,
    isWorkload(object)
      ? `${found} has to have a pod template, and has none; the API server refuses it`
      : `${found} is not known, and no pod or pod template was found in it`,
  );
}

/** A Cloister object: unusable where its schema refuses it, an entry where a rule beyond that does, else nothing. */
function reviewOwn(
  manifest: ManifestDocument,
  read: NonNullable<ReturnType<typeof readCloisterObject>>,
  { policies, options }: Given,
): ReviewEntry | UnreadableEntry | null {
  if ('error' in read) return unreadable(manifest, read.error);
  const { object } = read;
  const used = policies.usedInstead(object, manifest);
  if (used === manifest) return unreadable(manifest, 'its kind was not found; write it out, without escapes');
  if (used !== null) {
    const place = `${used.file}:${used.line}`;
    return unreadable(
      manifest,
      `there is another ${object.kind} of this name at ${place}, which was used; leave one of them out`,
    );
  }
  const identity = identify(manifest);
  const decision = evaluateKind(object.kind, object, {
    policies: policies.asTenant(options.tenant),
    knowsEveryTenant: false,
    namespace: identity.namespace ?? '',
    before: null,
    now: options.now,
  });
  if (decision.effect === 'Allow') return null;
  return { ...placeOf(manifest), ...identity, allowed: false, violations: violationsOf(decision) };
}

function unreadable(manifest: ManifestDocument, error: string): UnreadableEntry {
  return { ...placeOf(manifest), line: manifest.line, error };
}

function placeOf({
  file,
  document,
  item,
}: ManifestDocument): Pick<ReviewEntry, 'file' | 'document' | 'item'> {
  return item === undefined ? { file, document } : { file, document, item };
}
