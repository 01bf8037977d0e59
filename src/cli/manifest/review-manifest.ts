import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import type { Check } from '../../policy/admission/check.ts';
import { evaluatePod } from '../../policy/admission/evaluate-pod.ts';
import { type Violation, violationsOf } from '../../policy/decision.ts';
import { evaluateKind, type KnownPolicies } from '../../policy/kinds/evaluate-kind.ts';
import { createPodSubject } from '../../policy/pod/pod-subject.ts';
import { mintingWarnings } from '../../policy/roles/minting-warnings.ts';
import { resolveRole } from '../../policy/sandboxes/resolve-role.ts';
import type { CloisterObject } from '../input/read-cloister-object.ts';
import { type Identity, identify } from './describe-manifest.ts';
import { type Assumptions, podContext, roleNameOf } from './pod-context.ts';
import { describeCause, findUnchecked, type Unchecked } from './unchecked.ts';
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
  /** Names of the checks that were not evaluated for some pod, because what they need is not in the input. */
  readonly notChecked: readonly string[];
  /** Why, one sentence for each cause; empty where `notChecked` is. */
  readonly notCheckedReasons: readonly string[];
}

/** A role, tenant or other object of a Cloister kind with nothing wrong in it. */
export interface ReadObject {
  readonly read: CloisterObject['kind'];
  /** What is advised against, though nobody refuses it: one sentence each, without its full stop. */
  readonly warnings: readonly string[];
}

/** An object that holds no pod. */
export interface PodlessObject {
  readonly isPodless: true;
}

export type Outcome = ReviewEntry | UnreadableDocument | ReadObject | PodlessObject;

/** What the user asked of a review. */
export interface ReviewOptions extends Assumptions {
  readonly checks: readonly Check[];
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
  /** Called for every pod for which not every check was evaluated. */
  readonly onUnchecked: (unchecked: Unchecked) => void;
}

/** Reviews one manifest. */
export function reviewManifest(manifest: ManifestDocument, options: ReviewOptions): Outcome {
  const content = readManifest(manifest);
  switch (content.type) {
    case 'Podless':
      return { isPodless: true };
    case 'Invalid':
      return unreadable(manifest, content.error, content.line);
    case 'Unread':
      return unreadable(manifest, content.error);
    case 'Cloister':
      return reviewCloisterObject(manifest, content.object, options);
    case 'Pods':
      return reviewPods(manifest, content.pods, options);
    default:
      return content satisfies never;
  }
}

function reviewPods(
  manifest: ManifestDocument,
  pods: readonly ManifestPod[],
  options: ReviewOptions,
): ReviewEntry {
  const { now, checks, onUnchecked } = options;
  const violations: Violation[] = [];
  const unchecked: Unchecked[] = [];
  for (const found of pods) {
    const context = podContext(found, options);
    const subject = createPodSubject(found.pod, found.prefix);
    violations.push(...violationsOf(evaluatePod(subject, { context, now, checks })));
    const left = findUnchecked(checks, context, roleNameOf(found.pod, options));
    if (left !== null) unchecked.push(left);
  }
  unchecked.forEach(onUnchecked);
  return reviewed(manifest, violations, unchecked);
}

function reviewCloisterObject(
  manifest: ManifestDocument,
  object: CloisterObject,
  options: ReviewOptions,
): Outcome {
  const { policies, now } = options;
  const definition = policies.definitionOf(object);
  if (definition !== null && !isSamePlace(definition, manifest)) {
    const place = `${definition.file}:${definition.line}`;
    const error = `another ${object.kind} of this name, at ${place}, is used instead; remove one of them`;
    return unreadable(manifest, error);
  }
  const known = options.tenant === undefined ? policies : policies.asTenant(options.tenant);
  const namespace = identify(manifest).namespace ?? '';
  const decision = evaluateKind(object.kind, object, {
    policies: known,
    knowsEveryTenant: false,
    namespace,
    before: null,
    now,
  });
  if (decision.effect !== 'Allow') return reviewed(manifest, violationsOf(decision));
  if (object.kind !== 'AgentSandbox') {
    return { read: object.kind, warnings: object.kind === 'AgentRole' ? mintingWarnings(object) : [] };
  }
  const left = uncheckedOf(object, known, namespace);
  left.forEach(options.onUnchecked);
  return reviewed(manifest, [], left);
}

/** A sandbox is compared with its tenant and its role, where the input has both. */
function uncheckedOf(sandbox: AgentSandbox, known: KnownPolicies, namespace: string): readonly Unchecked[] {
  const tenant = known.tenantOf(namespace);
  const resolution = resolveRole(sandbox, tenant);
  const isCompared = tenant !== null && resolution.state === 'Named' && known.role(resolution.name) !== null;
  return isCompared ? [] : [{ cause: { type: 'SandboxAlone' }, checks: [sandbox.kind] }];
}

function reviewed(
  manifest: ManifestDocument,
  violations: readonly Violation[],
  unchecked: readonly Unchecked[] = [],
): ReviewEntry {
  return {
    ...placeOf(manifest),
    ...identify(manifest),
    allowed: violations.length === 0,
    violations,
    notChecked: [...new Set(unchecked.flatMap(({ checks }) => checks))],
    notCheckedReasons: [...new Set(unchecked.map(({ cause }) => describeCause(cause, 1)))],
  };
}

function unreadable(manifest: ManifestDocument, error: string, line = manifest.line): UnreadableDocument {
  return { ...placeOf(manifest), line, error };
}

function placeOf({ file, document, item }: ManifestDocument): Omit<UnreadableDocument, 'line' | 'error'> {
  return item === undefined ? { file, document } : { file, document, item };
}

function isSamePlace(one: ManifestDocument, other: ManifestDocument): boolean {
  return one.file === other.file && one.document === other.document && one.item === other.item;
}
