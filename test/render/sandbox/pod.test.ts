import { createHash } from 'node:crypto';
import { assert, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import { upstream } from '../../../src/api/agent-role/upstream.ts';
import type { AgentSandbox } from '../../../src/api/agent-sandbox.ts';
import { OPERATOR_USER } from '../../../src/api/names.ts';
import { evaluatePod } from '../../../src/policy/admission/evaluate-pod.ts';
import { violationsOf } from '../../../src/policy/decision.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import { compileRole } from '../../../src/policy/roles/compile-role.ts';
import { narrowRole } from '../../../src/policy/sandboxes/narrow-role.ts';
import { lifetimeOf, type SandboxPod, sandboxPod } from '../../../src/render/sandbox/pod.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';
import { START_GATE_DIGEST } from '../../build/pod.ts';
import { buildReviewContext, buildTenantPolicy } from '../../build/review-context.ts';
import { ROLES } from './roles.ts';
import { narrowings, sandboxesWithin } from './sandboxes.ts';

const tenant = buildTenantPolicy({
  allowedRoles: new Set(ROLES.map(({ metadata }) => metadata.name)),
  gatewayAddresses: ['10.96.0.50', 'fd00::50'],
});
const admission = { startGateDigests: [START_GATE_DIGEST], operatorUser: OPERATOR_USER };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function render(
  sandbox: AgentSandbox,
  role: AgentRole,
  { startGate = START_GATE_DIGEST, remainingSeconds = 60 } = {},
): SandboxPod {
  return sandboxPod({
    sandbox,
    role: narrowRole(role, sandbox.spec),
    tenant,
    admission: { ...admission, startGateDigests: [startGate] },
    startGateImage: `packages.example.com/cloister/start-gate@${startGate}`,
    imagePullPolicy: 'Never',
    remainingSeconds,
    now: 0,
    sha256,
  });
}

/** What the webhook has against the pod, which knows the whole role. */
function violations({ pod }: SandboxPod, role: AgentRole) {
  const context = buildReviewContext({
    role: compileRole(role),
    tenant,
    user: { name: OPERATOR_USER, groups: [] },
    configuration: admission,
  });
  return violationsOf(evaluatePod(createPodSubject(pod), { context, now: 0 }));
}

const [readOnly, dataAnalyst, devops, strict, loose] = ROLES as [
  AgentRole,
  AgentRole,
  AgentRole,
  AgentRole,
  AgentRole,
];
const withUpstream = structuredClone(readOnly);
withUpstream.spec.upstreams = [
  upstream.parse({
    name: 'anthropic',
    protocol: 'HTTP',
    baseURL: 'https://api.anthropic.com',
    environment: 'Anthropic',
  }),
];
const named = ROLES.map((role) => ({ name: role.metadata.name, role }));

describe('the pod of a sandbox', () => {
  test.for(named)('has nothing against it that asks for no more than $name grants', ({ role }) => {
    assert(
      property(sandboxesWithin(role), (sandbox) => {
        const rendered = render(sandbox, role);
        expect(rendered.left).toEqual([]);
        expect(violations(rendered, role)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test.for(named)('narrowed below $name is admitted under the whole role, or not created', ({ role }) => {
    const sandboxes = tuple(sandboxesWithin(role), narrowings(role)).map(([sandbox, narrow]) => ({
      ...sandbox,
      spec: { ...sandbox.spec, narrow },
    }));
    assert(
      property(sandboxes, (sandbox) => {
        const rendered = render(sandbox, role);
        if (rendered.left.length === 0) expect(violations(rendered, role)).toEqual([]);
        else expect(rendered.left.map(({ check }) => check)).toContain('volume-mounts');
      }),
      { numRuns: 60 },
    );
  });

  test('is whole', () => {
    const sandbox = buildAgentSandbox(({ metadata, spec }) => {
      Object.assign(metadata, { name: 'hermes', uid: 'a-uid' });
      spec.volumes = [
        { name: 'reports', mountPath: '/data/reports', persistentVolumeClaim: { claimName: 'reports' } },
      ];
    });
    expect(render(sandbox, dataAnalyst).pod).toMatchSnapshot();
  });

  test('mounts volumes writable where the role writes, and read-only below where the sandbox wants it', () => {
    const claim = { persistentVolumeClaim: { claimName: 'c' } };
    const sandbox = buildAgentSandbox(({ spec }) => {
      spec.narrow = { readOnlyPaths: ['/srv/jobs/done', '/data'] };
      spec.volumes = [
        { name: 'work', mountPath: '/srv/jobs', ...claim },
        { name: 'data', mountPath: '/data/out', ...claim },
        { name: 'settings', mountPath: '/srv/jobs/settings', configMap: { name: 's' } },
      ];
    });
    const { pod, left } = render(sandbox, strict);
    expect(left).toEqual([]);
    expect(pod.spec?.containers?.[0]?.volumeMounts).toEqual([
      { name: 'work', mountPath: '/srv/jobs' },
      { name: 'work', mountPath: '/srv/jobs/done', subPath: 'done', readOnly: true },
      { name: 'data', mountPath: '/data/out', readOnly: true },
      { name: 'settings', mountPath: '/srv/jobs/settings', readOnly: true },
      { name: 'cloister-ca', mountPath: '/etc/cloister', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'run', mountPath: '/var/run' },
      { name: 'cloister-shadow', mountPath: '/srv/jobs/inputs', readOnly: true },
    ]);
    expect(pod.spec?.volumes?.map((volume) => volume['persistentVolumeClaim'])).toEqual([
      { claimName: 'c' },
      { claimName: 'c', readOnly: true },
      ...Array.from({ length: 5 }),
    ]);
  });

  test('has no volume that only a tool grants which the sandbox leaves out', () => {
    const sandbox = buildAgentSandbox(({ spec }) => {
      spec.narrow = { tools: ['write'], readOnlyPaths: [] };
      spec.volumes = [{ name: 'in', mountPath: '/srv/in', configMap: { name: 'in' } }];
    });
    expect(render(sandbox, strict).left).toMatchObject([{ check: 'volume-mounts', found: '"/srv/in"' }]);
  });

  test('runs where the role says', () => {
    const sandbox = buildAgentSandbox();
    expect(render(sandbox, devops).pod.spec).toMatchObject({
      nodeSelector: { 'acme.example/pool': 'agents' },
      tolerations: [{ key: 'acme.example/agents', operator: 'Exists', effect: 'NoSchedule' }],
    });
    expect(render(sandbox, readOnly).pod.spec).not.toHaveProperty('nodeSelector');
  });

  test('has the variables by which SDKs call the upstreams of its role, whatever it narrows', () => {
    const sandbox = buildAgentSandbox(({ spec }) => {
      spec.narrow = { tools: [], readOnlyPaths: [] };
      spec.env = [{ name: 'MODEL', value: 'm' }];
    });
    const rendered = render(sandbox, withUpstream);
    const env = rendered.pod.spec?.containers?.[0]?.env ?? [];
    expect(env).toContainEqual({
      name: 'ANTHROPIC_BASE_URL',
      value: 'https://cloister-gateway:8443/upstreams/anthropic',
    });
    expect(env).toContainEqual({ name: 'ANTHROPIC_API_KEY', value: '$(CLOISTER_PROXY_SECRET)' });
    expect(env[0]?.name).toBe('CLOISTER_PROXY_SECRET');
    expect(violations(rendered, withUpstream)).toEqual([]);
    expect(rendered.hash).not.toBe(render(sandbox, readOnly).hash);
  });

  test('has a lifetime of what is left, and at least a second', () => {
    const deadline = (remainingSeconds: number) =>
      render(buildAgentSandbox(), readOnly, { remainingSeconds }).pod.spec?.activeDeadlineSeconds;
    expect([deadline(120.7), deadline(0)]).toEqual([120, 1]);
  });

  test('lives as long as it asks, and at most as long as its role', () => {
    const lifetime = (seconds?: number) =>
      lifetimeOf(
        buildAgentSandbox(({ spec }) => (spec.lifetimeSeconds = seconds)),
        compileRole(readOnly),
      );
    expect([lifetime(), lifetime(60), lifetime(100_000)]).toEqual([86_400, 60, 86_400]);
  });

  test('needs a start gate that the installation trusts where the role requires one', () => {
    const rendered = sandboxPod({
      sandbox: buildAgentSandbox(),
      role: compileRole(readOnly),
      tenant,
      admission: { ...admission, startGateDigests: [] },
      startGateImage: null,
      remainingSeconds: 60,
      now: 0,
      sha256,
    });
    expect(rendered.left.map(({ check }) => check)).toEqual(['start-gate']);
    expect(render(buildAgentSandbox(), loose).pod.spec?.initContainers).toBeUndefined();
  });
});

describe('the hash of the policy', () => {
  const hashes = (...list: readonly SandboxPod[]) => list.map(({ hash }) => hash);
  const original = render(buildAgentSandbox(), readOnly);

  test('stays while the lifetime runs out, and with another start gate', () => {
    const others = [
      render(buildAgentSandbox(), readOnly, { remainingSeconds: 3 }),
      render(buildAgentSandbox(), readOnly, { startGate: `sha256:${'7b'.repeat(32)}` }),
    ];
    expect(hashes(...others)).toEqual([original.hash, original.hash]);
    expect(original.pod.metadata.annotations).toEqual({ 'cloister.dev/policy-hash': original.hash });
  });

  test('changes when the role begins to require the start gate', () => {
    const without = structuredClone(readOnly);
    without.spec.sandbox.startGate = 'None';
    expect(render(buildAgentSandbox(), without).hash).not.toBe(original.hash);
  });

  test('changes with the sandbox, with the role and with the lifetime', () => {
    const changed = [
      render(
        buildAgentSandbox(({ spec }) => (spec.args = ['--help'])),
        readOnly,
      ),
      render(
        buildAgentSandbox(({ spec }) => (spec.lifetimeSeconds = 60)),
        readOnly,
      ),
      render(buildAgentSandbox(), devops),
    ];
    expect(new Set(hashes(original, ...changed)).size).toBe(4);
  });
});
