import { compileRole } from '../../../../src/policy/roles/compile-role.ts';
import { compileTenant } from '../../../../src/policy/tenants/compile-tenant.ts';
import { evaluatePod } from '../../../../src/policy/admission/evaluate-pod.ts';
import { createPodSubject } from '../../../../src/policy/pod/pod-subject.ts';
import type { ReviewContext } from '../../../../src/policy/admission/review-context.ts';
import { buildPod } from '../../../build/pod.ts';
import { buildReviewContext } from '../../../build/review-context.ts';
import { CHECK_FIXTURES } from '../checks/index.ts';
import { FULL_ROLES, FULL_TENANTS } from './full-objects.ts';

type Stored = Readonly<Record<string, unknown>>;

const NOW = Date.parse('2026-01-01T00:00:00Z');

/** The compliant pod, and every pod that some check refuses. */
const CORPUS = [
  { name: 'the compliant pod', subject: createPodSubject(buildPod()), context: {} },
  ...CHECK_FIXTURES.flatMap(({ check, fail }) =>
    fail.map(({ name, tweak, context = {} }) => ({
      name: `${check}: ${name}`,
      subject: createPodSubject(buildPod(tweak)),
      context,
    })),
  ),
];

/** Names of the pods of the corpus that are admitted under a role or a tenant as the API server stores it. */
export function admittedPods({ kind, ...stored }: Stored): ReadonlySet<string> {
  const rules: Partial<ReviewContext> =
    kind === 'AgentRole'
      ? { role: compileRole(stored), tenant: compileTenant(FULL_TENANTS[0]?.object ?? {}) }
      : { role: compileRole(FULL_ROLES[0]?.object ?? {}), tenant: tenantIn(stored) };
  const admitted = CORPUS.filter(({ subject, context }) => {
    const known = buildReviewContext({ ...context, ...rules });
    return evaluatePod(subject, { context: known, now: NOW }).effect === 'Allow';
  });
  return new Set(admitted.map(({ name }) => name));
}

/** As the webhook finds it: by the namespace, so that a tenant that no longer lists it is none. */
function tenantIn(stored: Stored): ReviewContext['tenant'] {
  const tenant = compileTenant(stored);
  return tenant.namespaces.has('acme-agents') ? tenant : null;
}
