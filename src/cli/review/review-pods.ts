import { LABEL, OPERATOR_USER } from '../../api/names.ts';
import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import { applyExemptions } from '../../policy/admission/apply-exemptions.ts';
import type { Check, ContextScope, Violation } from '../../policy/admission/check.ts';
import { CHECKS } from '../../policy/admission/checks/index.ts';
import { evaluateContract } from '../../policy/admission/evaluate-contract.ts';
import { EXEMPTIBLE_CHECKS } from '../../policy/admission/exemptible-checks.ts';
import type { Pod } from '../../policy/admission/pod.ts';
import { createPodSubject } from '../../policy/admission/pod-subject.ts';
import type { FoundPod } from '../../policy/admission/pod-template.ts';
import { readPod } from '../../policy/admission/read-pod.ts';
import type { ReviewContext } from '../../policy/admission/review-context.ts';
import type { Policies } from './policies.ts';
import type { Entry } from './review-entry.ts';
import type { ReviewOptions } from './review-options.ts';

/** The role that a pod is to be held to: the option's, or that of its label. */
export function roleNameOf({ pod }: FoundPod, { role }: ReviewOptions): string | null {
  return role ?? pod.metadata?.labels?.[LABEL.role] ?? null;
}

/** The checks that the options leave. Without digests there is nothing to know a start gate by. */
export function chosenChecks({ checks, startGateDigests }: ReviewOptions): readonly Check[] {
  const asked = checks.length === 0 ? CHECKS : CHECKS.filter(({ name }) => checks.includes(name));
  return startGateDigests.length > 0 ? asked : asked.filter(({ name }) => name !== 'start-gate');
}

/** Judges every pod of one manifest. A field of the wrong type makes the manifest unreadable. */
export function reviewPods(
  manifest: ManifestDocument,
  pods: readonly FoundPod[],
  policies: Policies,
  given: { options: ReviewOptions; checks: readonly Check[] },
): Entry {
  const { file, document, item, line } = manifest;
  const place = item === undefined ? { file, document } : { file, document, item };
  const violations: Violation[] = [];
  for (const found of pods) {
    const reading = readPod(found.pod, found.prefix);
    if ('error' in reading) return { ...place, line, error: reading.error };
    violations.push(...judge(reading.pod, found, { manifest, policies, ...given }));
  }
  const { kind, namespace, name } = identify(manifest);
  return { ...place, kind, namespace, name, allowed: violations.length === 0, violations };
}

interface Judgement {
  readonly manifest: ManifestDocument;
  readonly policies: Policies;
  readonly options: ReviewOptions;
  readonly checks: readonly Check[];
}

function judge(
  pod: Pod,
  found: FoundPod,
  { manifest, policies, options, checks }: Judgement,
): readonly Violation[] {
  const subject = createPodSubject(pod, found.prefix);
  const namespace = pod.metadata?.namespace ?? identify(manifest).namespace ?? '';
  const roleName = roleNameOf(found, options);
  const role = roleName === null ? null : policies.role(roleName);
  const tenant = options.tenant === null ? policies.tenantOf(namespace) : policies.tenant(options.tenant);
  const context: ReviewContext = {
    scope: scopeOf({ role, tenant, roleName }),
    operation: 'Create',
    namespace,
    user: null,
    role,
    tenant,
    configuration: { startGateDigests: new Set(options.startGateDigests), operatorUser: OPERATOR_USER },
  };
  const violations = evaluateContract(checks, subject, context);
  const exemptions = tenant?.exemptions ?? [];
  const given = { exemptions, namespace, exemptible: EXEMPTIBLE_CHECKS, now: options.now };
  return applyExemptions(violations, subject, given).violations;
}

/**
 * Without its role only the context-free contract applies: the role may exist on the cluster. A pod that names none in
 * the namespace of a known tenant is certainly refused, and told so.
 */
function scopeOf(known: Pick<ReviewContext, 'role' | 'tenant'> & { roleName: string | null }): ContextScope {
  if (known.role !== null) return known.tenant === null ? 'Role' : 'Tenant';
  return known.tenant !== null && known.roleName === null ? 'Tenant' : 'None';
}

function identify({ object }: ManifestDocument): {
  kind: string;
  namespace: string | null;
  name: string | null;
} {
  const metadata = (object['metadata'] ?? {}) as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    kind: text(object['kind']) ?? '',
    namespace: text(metadata['namespace']),
    name: text(metadata['name']) ?? text(metadata['generateName']),
  };
}
