import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import type { Check } from '../../policy/admission/check.ts';
import { evaluatePod } from '../../policy/admission/evaluate-pod.ts';
import { type Violation, violationsOf } from '../../policy/decision.ts';
import { evaluateKind } from '../../policy/kinds/evaluate-kind.ts';
import { createPodSubject } from '../../policy/pod/pod-subject.ts';
import type { CloisterObject } from '../input/read-cloister-object.ts';
import { type Identity, identify } from './describe-manifest.ts';
import { type Assumptions, podContext, roleNameOf } from './pod-context.ts';
import { type ManifestPod, readManifest } from './read-manifest.ts';

/** The result for one manifest: an element of `--output json`, where {@link UnreadableDocument} is the other. */
export interface ReviewEntry extends Identity {
  readonly file: string;
  /** Position of the document in its file, from 0. */
  readonly document: number;
  /** Position in a List, from 0; absent where the document is no List. */
  readonly item?: number;
  readonly allowed: boolean;
  readonly violations: readonly Violation[];
}

/** A role, tenant or other object of a Cloister kind with nothing wrong in it. */
export interface ReadObject {
  readonly read: CloisterObject['kind'];
}

export type Outcome = ReviewEntry | UnreadableDocument | ReadObject;

/** What the user asked of a review. */
export interface ReviewOptions extends Assumptions {
  readonly checks: readonly Check[];
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
  /** Called for every pod whose role is not in the input, so that only the checks that need no role were evaluated. */
  readonly onMissingRole: (role: string) => void;
}

/** Reviews one manifest; null if its kind is known to hold no pod. */
export function reviewManifest(manifest: ManifestDocument, options: ReviewOptions): Outcome | null {
  const content = readManifest(manifest);
  switch (content.type) {
    case 'Podless':
      return null;
    case 'Invalid':
    case 'Unknown':
      return unreadable(manifest, content.error);
    case 'Cloister':
      return reviewCloisterObject(manifest, content.object, options);
    case 'Pods':
      return reviewed(
        manifest,
        content.pods.flatMap((pod) => reviewPod(pod, options)),
      );
    default:
      return content satisfies never;
  }
}

function reviewPod(found: ManifestPod, options: ReviewOptions): readonly Violation[] {
  const context = podContext(found, options);
  const roleName = roleNameOf(found.pod, options);
  if (roleName !== null && context.role === null) options.onMissingRole(roleName);
  const { now, checks } = options;
  return violationsOf(evaluatePod(createPodSubject(found.pod, found.prefix), { context, now, checks }));
}

function reviewCloisterObject(
  manifest: ManifestDocument,
  object: CloisterObject,
  { policies, tenant, now }: ReviewOptions,
): Outcome {
  const definition = policies.definitionOf(object);
  if (definition !== null && !isSamePlace(definition, manifest)) {
    const place = `${definition.file}:${definition.line}`;
    const error = `another ${object.kind} of this name, at ${place}, is used instead; remove one of them`;
    return unreadable(manifest, error);
  }
  const decision = evaluateKind(object.kind, object, {
    policies: tenant === undefined ? policies : policies.asTenant(tenant),
    knowsEveryTenant: false,
    namespace: identify(manifest).namespace ?? '',
    before: null,
    now,
  });
  return decision.effect === 'Allow' ? { read: object.kind } : reviewed(manifest, violationsOf(decision));
}

function reviewed(manifest: ManifestDocument, violations: readonly Violation[]): ReviewEntry {
  return { ...placeOf(manifest), ...identify(manifest), allowed: violations.length === 0, violations };
}

function unreadable(manifest: ManifestDocument, error: string): UnreadableDocument {
  return { ...placeOf(manifest), line: manifest.line, error };
}

function placeOf({ file, document, item }: ManifestDocument): Omit<UnreadableDocument, 'line' | 'error'> {
  return item === undefined ? { file, document } : { file, document, item };
}

function isSamePlace(one: ManifestDocument, other: ManifestDocument): boolean {
  return one.file === other.file && one.document === other.document && one.item === other.item;
}
