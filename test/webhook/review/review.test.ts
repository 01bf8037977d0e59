import { describe, expect, test } from 'vitest';
import { upstream } from '../../../src/api/agent-role/upstream.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';
import type { AdmissionRequest } from '../../../src/webhook/admission-review.ts';
import type { AdmissionVerdict } from '../../../src/webhook/admission-verdict.ts';
import { encodeVerdict } from '../../../src/webhook/encode-verdict.ts';
import { review } from '../../../src/webhook/review/review.ts';
import { buildAdmissionReview } from '../../build/admission-review.ts';
import { buildPod, takeProxySecret, type WritablePod } from '../../build/pod.ts';
import { knownCluster } from './known-cluster.ts';

const ask = (changes: Partial<AdmissionRequest>, known = knownCluster()) =>
  review(buildAdmissionReview(changes).request, known) as AdmissionVerdict;

const host = (pod: WritablePod): void => {
  pod.spec.hostNetwork = true;
};
const pods = { group: '', version: 'v1', resource: 'pods' };
const workload = (group: string, resource: string) => ({ group, version: 'v1', resource });

describe('a DELETE is never reviewed', () => {
  test.for([
    pods,
    workload('apps', 'deployments'),
    workload('cloister.dev', 'agentroles'),
    workload('cloister.dev', 'tenantisolations'),
  ])('of $group $resource', (resource) => {
    expect(ask({ operation: 'DELETE', resource, object: null, oldObject: buildPod(host) }).allowed).toBe(
      true,
    );
  });
});

describe('a pod', () => {
  test('that meets the contract is allowed', () => {
    expect(ask({ object: buildPod() })).toEqual({ allowed: true });
  });

  test.for([
    ['created', { operation: 'CREATE' }],
    ['created through an unknown subresource', { operation: 'CREATE', subResource: 'clone' }],
    ['changed', { operation: 'UPDATE', oldObject: buildPod() }],
    [
      'changed through ephemeralcontainers',
      { operation: 'UPDATE', subResource: 'ephemeralcontainers', oldObject: buildPod() },
    ],
    ['changed through resize', { operation: 'UPDATE', subResource: 'resize', oldObject: buildPod() }],
    [
      'changed through a subresource that nobody knows yet',
      { operation: 'UPDATE', subResource: 'teleport', oldObject: buildPod() },
    ],
    ['changed, and the review does not say from what', { operation: 'UPDATE', oldObject: null }],
  ] as const)('that does not meet it is refused when it is %s', ([, changes]) => {
    expect(ask({ ...changes, object: buildPod(host) })).toMatchObject({
      allowed: false,
      code: 403,
      checks: ['host-namespaces'],
    });
  });

  test.for(['status', 'binding', 'eviction', 'log'])(
    'is not reviewed through %s, which carries no spec',
    (name) => {
      expect(ask({ operation: 'UPDATE', subResource: name, object: buildPod(host) }).allowed).toBe(true);
    },
  );

  test.for([
    ['no object', undefined],
    ['null as object', null],
  ] as const)('is refused where the review holds %s', ([, object]) => {
    expect(ask({ object })).toMatchObject({ allowed: false, code: 400 });
  });

  test('is refused in a namespace that no tenant lists, since it was asked about', () => {
    expect(ask({ object: buildPod(), namespace: 'elsewhere' })).toMatchObject({
      allowed: false,
      checks: ['role'],
    });
  });

  test('is refused when its role is not there', () => {
    const verdict = ask({ object: buildPod() }, knownCluster([]));
    expect(verdict).toMatchObject({
      allowed: false,
      checks: ['role'],
      message: expect.stringContaining('data-analyst'),
    });
  });

  test('is allowed with a warning where a name promises a credential', () => {
    const object = buildPod(({ spec }) => spec.containers[0].env?.push({ name: 'DB_PASSWORD', value: 'x' }));
    expect(ask({ object })).toEqual({
      allowed: true,
      warnings: [expect.stringContaining('env "DB_PASSWORD"')],
    });
  });

  test('that is refused is told of it too', () => {
    const object = buildPod((pod) => {
      host(pod);
      pod.spec.containers[0].env?.push({ name: 'DB_PASSWORD', value: 'x' });
    });
    expect(ask({ object })).toMatchObject({
      allowed: false,
      checks: ['host-namespaces'],
      warnings: [expect.stringContaining('env "DB_PASSWORD"')],
    });
  });

  test('that would be refused now is left alone when its status, labels or finalizers change', () => {
    const after = buildPod((pod) => {
      host(pod);
      pod.metadata.labels['team'] = 'reports';
      Object.assign(pod.metadata, { finalizers: [], annotations: { 'prometheus.io/scrape': 'true' } });
      Object.assign(pod, { status: { phase: 'Running' } });
    });
    expect(ask({ operation: 'UPDATE', object: after, oldObject: buildPod(host) })).toEqual({ allowed: true });
  });
});

describe('a workload is allowed', () => {
  const deployment = (pod: object) => ({
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    spec: { template: pod },
  });
  const request = { resource: workload('apps', 'deployments') };

  test('with warnings where its pods will be refused', () => {
    const verdict = ask({ ...request, object: deployment(buildPod(host)) });
    expect(verdict).toMatchObject({
      allowed: true,
      warnings: [expect.any(String), expect.stringMatching(/^host-/)],
    });
  });

  test('with warnings where a name promises a credential, after what its pods will be refused for', () => {
    const secret = (pod: WritablePod) => {
      pod.spec.containers[0].env?.push({ name: 'DB_PASSWORD', value: 'x' });
    };
    const named = expect.stringContaining('spec.template.spec.containers[0].env[2].value');
    expect(ask({ ...request, object: deployment(buildPod(secret)) })).toEqual({
      allowed: true,
      warnings: [named],
    });
    const both = buildPod((pod) => {
      host(pod);
      secret(pod);
    });
    expect(ask({ ...request, object: deployment(both) })).toEqual({
      allowed: true,
      warnings: [expect.any(String), expect.stringMatching(/^host-/), named],
    });
  });

  test('with a warning where its pods take the proxy secret of another role', () => {
    const pod = buildPod((one) => takeProxySecret(one, 'cloister-proxy-r-boss'));
    expect(ask({ ...request, object: deployment(pod) })).toMatchObject({
      allowed: true,
      warnings: [expect.any(String), expect.stringMatching(/^environment-secrets: .*cloister-proxy-r-boss/)],
    });
  });

  test.for([
    ['nothing at all', undefined],
    ['null', null],
    ['a template of null', deployment(null as unknown as object)],
    ['a template that is text', deployment('pod' as unknown as object)],
  ] as const)('where it holds %s', ([, object]) => {
    expect(ask({ ...request, object }).allowed).toBe(true);
  });

  test('with every warning no longer than the API server passes on', () => {
    const image = `ghcr.io/other/${'x'.repeat(600)}:latest`;
    const pod = buildPod(({ spec }) => {
      for (let index = 0; index < 40; index += 1) {
        spec.containers.push({ ...spec.containers[0], name: `c${index}`, image });
      }
    });
    const encoded = encodeVerdict('1', ask({ ...request, object: deployment(pod) }));
    const { warnings } = (JSON.parse(encoded) as { response: { warnings: string[] } }).response;
    expect(warnings.length).toBeLessThanOrEqual(16);
    expect(Math.max(...warnings.map(({ length }) => length))).toBeLessThanOrEqual(256);
    expect(warnings.at(-1)).toMatch(/and at least \d+ more/);
  });
});

test.for(['CREATE', 'UPDATE'] as const)(
  'a role is refused where the review of its %s holds no object',
  (operation) => {
    const request = {
      operation,
      kind: { group: 'cloister.dev', version: 'v1alpha1', kind: 'AgentRole' },
      resource: workload('cloister.dev', 'agentroles'),
      object: null,
    };
    expect(ask(request)).toMatchObject({ allowed: false, code: 400 });
  },
);

test('a role by which an agent can have another credential made is accepted with a warning', () => {
  const object = buildAgentRole(({ spec }) => {
    spec.credentials = [{ name: 'github', attach: { type: 'Bearer' } }];
    const upstreams = {
      name: 'github',
      protocol: 'HTTP',
      baseURL: 'https://api.github.com',
      credential: 'github',
      methods: ['POST'],
      paths: ['/app/installations/*'],
    };
    spec.upstreams = [upstream.parse(upstreams)];
  });
  const request = {
    kind: { group: 'cloister.dev', version: 'v1alpha1', kind: 'AgentRole' },
    resource: workload('cloister.dev', 'agentroles'),
    object,
  };
  expect(ask(request)).toEqual({
    allowed: true,
    warnings: expect.arrayContaining([expect.stringMatching(/^spec\.upstreams\[0\]\.paths\[0\] is /)]),
  });
});

test('a sandbox in a namespace of no tenant is refused', () => {
  const request = {
    kind: { group: 'cloister.dev', version: 'v1alpha1', kind: 'AgentSandbox' },
    resource: workload('cloister.dev', 'agentsandboxes'),
    namespace: 'elsewhere',
    object: { ...minimalAgentSandbox, spec: { ...minimalAgentSandbox.spec, resources: {}, ports: [] } },
  };
  expect(ask(request)).toMatchObject({ allowed: false, code: 422 });
});
