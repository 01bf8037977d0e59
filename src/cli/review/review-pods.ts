import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import type { Check } from '../../policy/admission/check.ts';
import { CHECKS } from '../../policy/admission/checks/index.ts';
import { evaluatePod } from '../../policy/admission/evaluate-pod.ts';
import { type Violation, violationsOf } from '../../policy/decision.ts';
import type { Pod } from '../../policy/pod/pod.ts';
import { createPodSubject } from '../../policy/pod/pod-subject.ts';
import type { FoundPod } from '../../policy/pod/pod-template.ts';
import { readPod } from '../../policy/pod/read-pod.ts';
import type { Policies } from '../policies/policies.ts';
import { identify } from './identify.ts';
import { podReviewContext, roleNameOf } from './pod-review-context.ts';
import type { Entry } from './review-entry.ts';
import type { ReviewOptions } from './review-options.ts';

interface Given {
  readonly policies: Policies;
  readonly options: ReviewOptions;
  readonly checks: readonly Check[];
}

/** The checks that the options leave. */
export function chosenChecks({ checks }: Pick<ReviewOptions, 'checks'>): readonly Check[] {
  return checks.length === 0 ? CHECKS : CHECKS.filter(({ name }) => checks.includes(name));
}

/** Evaluates every pod of one manifest. A field of the wrong type makes the manifest unreadable. */
export function reviewPods(manifest: ManifestDocument, pods: readonly FoundPod[], given: Given): Entry {
  const { file, document, item, line } = manifest;
  const place = item === undefined ? { file, document } : { file, document, item };
  const violations: Violation[] = [];
  for (const { pod, prefix } of pods) {
    const reading = readPod(pod, prefix);
    if ('error' in reading) return { ...place, line, error: reading.error };
    violations.push(...evaluate(reading.pod, { manifest, prefix, ...given }));
  }
  return { ...place, ...identify(manifest), allowed: violations.length === 0, violations };
}

function evaluate(
  pod: Pod,
  at: Given & { readonly manifest: ManifestDocument; readonly prefix: string },
): readonly Violation[] {
  const { manifest, prefix, policies, options, checks } = at;
  // The pods of a workload are made in its own namespace, whatever its template says.
  const namespace = identify(manifest).namespace ?? pod.metadata?.namespace ?? '';
  const context = podReviewContext(pod, namespace, policies, options);
  const roleName = roleNameOf(pod, options);
  if (roleName !== null && context.role === null) options.onMissingRole(roleName);
  const decision = evaluatePod(createPodSubject(pod, prefix), { context, now: options.now, checks });
  return violationsOf(decision);
}
