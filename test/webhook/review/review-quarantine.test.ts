import { expect, test } from 'vitest';
import type { AgentQuarantine } from '../../../src/api/agent-quarantine.ts';
import { review } from '../../../src/webhook/review/review.ts';
import { buildAdmissionReview } from '../../build/admission-review.ts';
import { buildAgentQuarantine } from '../../build/agent-quarantine.ts';
import { buildPod } from '../../build/pod.ts';
import { buildRolePolicy } from '../../build/review-context.ts';
import { knownCluster } from './known-cluster.ts';

type Target = AgentQuarantine['spec']['target'];

/** What the webhook says of a request about a pod of the role `data-analyst` in the tenant's namespace. */
const reviewed = (request: Parameters<typeof buildAdmissionReview>[0], target: Target) => {
  const quarantine = buildAgentQuarantine((one) => {
    one.metadata.name = 'suspect';
    one.spec = { target, reason: 'It called home.' };
  });
  const cluster = knownCluster([buildRolePolicy()], {}, [quarantine]);
  return review(buildAdmissionReview(request).request, cluster);
};

const create = { operation: 'CREATE', object: buildPod() } as const;

test.each<[string, Target]>([
  ['everything', { type: 'All' }],
  ['its tenant', { type: 'Tenant', name: 'acme' }],
  ['its namespace', { type: 'Namespace', name: 'acme-agents' }],
  ['its role', { type: 'Role', name: 'data-analyst' }],
])('a new pod is refused while a quarantine holds %s, with its name and reason', (_, target) => {
  expect(reviewed(create, target)).toMatchObject({
    allowed: false,
    code: 403,
    checks: ['quarantine'],
    message: expect.stringMatching(
      /AgentQuarantine "suspect".*"It called home\.".*cloister release suspect/s,
    ),
  });
});

test.each<[string, Target]>([
  ['another tenant', { type: 'Tenant', name: 'umbrella' }],
  ['another role', { type: 'Role', name: 'devops' }],
  ['a sandbox', { type: 'Sandbox', namespace: 'acme-agents', name: 'report' }],
])('a new pod is not refused while a quarantine holds %s', (_, target) => {
  expect(reviewed(create, target)).toMatchObject({ allowed: true });
});

test('a new pod is refused while a quarantine holds the tenant that its namespace is still enrolled for', () => {
  const quarantine = buildAgentQuarantine((one) => (one.spec.target = { type: 'Tenant', name: 'umbrella' }));
  const cluster = knownCluster([buildRolePolicy()], {}, [quarantine], 'umbrella');
  expect(review(buildAdmissionReview(create).request, cluster)).toMatchObject({ checks: ['quarantine'] });
});

test('a pod of a sandbox is refused while a quarantine holds the sandbox', () => {
  const object = buildPod(
    ({ metadata }) => (metadata.labels = { ...metadata.labels, 'cloister.dev/sandbox': 'report' }),
  );
  const target = { type: 'Sandbox', namespace: 'acme-agents', name: 'report' } as const;
  expect(reviewed({ ...create, object }, target)).toMatchObject({ checks: ['quarantine'] });
});

test('a pod that runs may still be changed within its contract', () => {
  const object = buildPod(({ spec }) => (spec.activeDeadlineSeconds = 60));
  expect(reviewed({ operation: 'UPDATE', oldObject: buildPod(), object }, { type: 'All' })).toMatchObject({
    allowed: true,
  });
});

test.each<[string, Target, RegExp | null]>([
  ['everything', { type: 'All' }, null],
  ['a tenant', { type: 'Tenant', name: 'acme' }, null],
  [
    'a tenant that does not exist',
    { type: 'Tenant', name: 'acmee' },
    /TenantIsolation "acmee" does not exist/,
  ],
  ['a role that does not exist', { type: 'Role', name: 'nobody' }, /AgentRole "nobody" does not exist/],
  ['an enrolled namespace', { type: 'Namespace', name: 'acme-agents' }, null],
  [
    'a namespace of no tenant',
    { type: 'Namespace', name: 'elsewhere' },
    /no TenantIsolation lists the namespace/,
  ],
  ['a sandbox of no tenant', { type: 'Sandbox', namespace: 'elsewhere', name: 'x' }, /namespace "elsewhere"/],
])('a quarantine of %s is never refused, and what does not exist is said', (_, target, warning) => {
  const object = buildAgentQuarantine((one) => (one.spec.target = target));
  const kind = { group: 'cloister.dev', version: 'v1alpha1', kind: 'AgentQuarantine' };
  const resource = { group: 'cloister.dev', version: 'v1alpha1', resource: 'agentquarantines' };
  const { request } = buildAdmissionReview({ operation: 'CREATE', object, kind, resource });

  expect(review(request, knownCluster())).toEqual({
    allowed: true,
    warnings: warning === null ? [] : [expect.stringMatching(warning)],
  });
});
