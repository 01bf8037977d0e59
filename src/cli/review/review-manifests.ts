import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import { type FoundPod, findPods } from '../../policy/admission/pod-template.ts';
import { show } from '../../policy/admission/show.ts';
import { isPodlessKind } from './podless-kinds.ts';
import { Policies } from './policies.ts';
import type { Entry, UnreadableEntry } from './review-entry.ts';
import type { ReviewOptions } from './review-options.ts';
import { chosenChecks, reviewPods, roleNameOf } from './review-pods.ts';

type Pending = { readonly manifest: ManifestDocument; readonly pods: readonly FoundPod[] };

/**
 * Reviews manifests as they come, in their order. Roles and tenants may stand anywhere in the same input, so a pod
 * whose role has not been seen yet, and what follows it, waits until the role comes or the input ends.
 */
export async function* reviewManifests(
  documents: AsyncIterable<ManifestDocument | UnreadableDocument>,
  options: ReviewOptions,
): AsyncGenerator<Entry> {
  const policies = new Policies();
  const given = { options, checks: chosenChecks(options) };
  const waiting: (Pending | Entry)[] = [];
  const finish = (one: Pending | Entry): Entry =>
    'manifest' in one ? reviewPods(one.manifest, one.pods, policies, given) : one;
  for await (const document of documents) {
    const one = 'error' in document ? document : sort(document, policies);
    if (one === null) continue;
    if (waiting.length === 0 && !mustWait(one, policies, options)) yield finish(one);
    else waiting.push(one);
  }
  yield* missingPolicies(policies, options);
  for (const one of waiting) yield finish(one);
}

/** A pod to judge, a fault to tell, or null for what holds no pod. */
function sort(manifest: ManifestDocument, policies: Policies): Pending | UnreadableEntry | null {
  const { object } = manifest;
  const refusal = policies.take(object);
  if (refusal === '') return null;
  if (refusal !== null) return unreadable(manifest, refusal);
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') {
    return unreadable(
      manifest,
      `apiVersion is ${show(apiVersion)} and kind ${show(kind)}; an object has to name both`,
    );
  }
  const pods = findPods(object);
  if (pods.length > 0) return { manifest, pods };
  if (isPodlessKind(apiVersion, kind)) return null;
  return unreadable(
    manifest,
    `the kind ${kind} of ${apiVersion} is not known, and no pod template was found in it`,
  );
}

/** Tenants, too, may come later: only a pod whose namespace's tenant or role cannot matter is judged at once. */
function mustWait(one: Pending | Entry, policies: Policies, options: ReviewOptions): boolean {
  if (!('manifest' in one)) return false;
  return one.pods.some((found) => {
    const name = roleNameOf(found, options);
    return name !== null && policies.role(name) === null;
  });
}

function* missingPolicies(policies: Policies, { role, tenant }: ReviewOptions): Generator<UnreadableEntry> {
  if (role !== null && policies.role(role) === null) yield missing('AgentRole', role);
  if (tenant !== null && policies.tenant(tenant) === null) yield missing('TenantIsolation', tenant);
}

function missing(kind: string, name: string): UnreadableEntry {
  return {
    file: '-',
    document: 0,
    error: `no ${kind} "${name}" in the input; give its manifest with another -f`,
  };
}

function unreadable({ file, document, item, line }: ManifestDocument, error: string): UnreadableEntry {
  return item === undefined ? { file, document, line, error } : { file, document, item, line, error };
}
