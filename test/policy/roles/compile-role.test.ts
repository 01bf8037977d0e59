import { describe, expect, test } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import { CHECKS } from '../../../src/policy/admission/checks/index.ts';
import { compileRole } from '../../../src/policy/roles/compile-role.ts';
import { evaluateContract } from '../../../src/policy/admission/evaluate-contract.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import type { RolePolicy } from '../../../src/policy/roles/role-policy.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { buildPod } from '../../build/pod.ts';
import { buildReviewContext } from '../../build/review-context.ts';
import { CHECK_FIXTURES } from '../admission/checks/index.ts';
import { withoutEachField } from '../admission/without-each-field.ts';

const tool = (name: string, capability: string, allow: string[], deny: string[]) => ({
  name,
  executor: 'Agent',
  capabilities: [capability],
  paths: [{ argument: '/path', allow, deny }],
  confirmation: { when: 'Never' },
});

const DEFAULT_LIMITS = {
  maxFileBytes: 10_485_760,
  maxResponseBytes: 10_485_760,
  maxRequestsPerMinute: 60,
  maxExecutionSeconds: 30,
};

/** A role that grants something in every member of its policy. */
const WIDE = buildAgentRole((role) => {
  Object.assign(role.metadata, { name: 'data-analyst' });
  Object.assign(role.spec, {
    tools: [
      tool('read_file', 'file:read', ['/data/reports', '/data/exports'], ['/data/reports/private']),
      tool('write_file', 'file:write', ['/data/exports'], ['/data/exports/sealed']),
      tool('read_all', 'file:read', ['/data/reports'], []),
    ],
    network: { allow: [], ingress: [{ port: 8080, from: [{ podSelector: { matchLabels: { app: 'a' } } }] }] },
  });
  Object.assign(role.spec.sandbox, {
    images: [{ repository: 'ghcr.io/acme/*', digest: 'Optional' }],
    userNamespace: 'Preferred',
    startGate: 'None',
    maxLifetimeSeconds: 86_400,
    allowedAccess: ['Exec', 'Debug'],
    scheduling: {
      tolerations: [
        { key: 'example.com/agents', operator: 'Exists', effect: 'NoSchedule' },
        { key: 'os', operator: 'Equal', value: 'windows', effect: 'NoSchedule' },
      ],
      nodeSelector: { 'example.com/pool': 'agents' },
    },
    annotations: ['sidecar.istio.io/', 'kubernetes.io/egress-bandwidth'],
  });
});

/** What the checks refuse of every pod of the fixtures under a role, by name of the fixture. */
function refusals(policy: RolePolicy): Map<string, number> {
  const all = CHECK_FIXTURES.flatMap(({ check, pass, fail }) =>
    [...pass, ...fail].map((fixture) => ({ ...fixture, name: `${check}: ${fixture.name}` })),
  );
  return new Map(
    all.map(({ name, tweak, context }) => {
      const subject = createPodSubject(buildPod(tweak));
      const known = buildReviewContext({ ...context, role: policy });
      return [name, evaluateContract(CHECKS, subject, known).length];
    }),
  );
}

describe('compileRole', () => {
  test('reads every member', () => {
    expect(compileRole(WIDE)).toEqual({
      name: 'data-analyst',
      images: [{ text: 'ghcr.io/acme/*', repository: 'ghcr.io/acme/', digestRequired: false }],
      limits: new Map([
        ['cpu', 10n ** 9n],
        ['memory', 2n ** 31n * 10n ** 9n],
        ['ephemeral-storage', 2n ** 30n * 10n ** 9n],
      ]),
      limitTexts: new Map([
        ['cpu', '1'],
        ['memory', '2Gi'],
        ['ephemeral-storage', '1Gi'],
      ]),
      runAsUser: 1001,
      seccompProfile: 'RuntimeDefault',
      runtimeClassName: null,
      userNamespace: 'Preferred',
      startGate: 'None',
      maxLifetimeSeconds: 86_400,
      allowedAccess: new Set(['Exec', 'Debug']),
      readablePaths: ['/data/reports', '/data/exports'],
      writablePaths: ['/data/exports'],
      deniedPaths: [],
      unwritablePaths: ['/data/exports/sealed'],
      temporarySize: 100n * 2n ** 20n * 10n ** 9n,
      temporarySizeText: '100Mi',
      tools: new Map(['read_file', 'write_file', 'read_all'].map((name) => [name, DEFAULT_LIMITS])),
      ingress: new Map([[8080, [{ podSelector: { matchLabels: { app: 'a' } } }]]]),
      tolerations: [
        { key: 'example.com/agents', operator: 'Exists', value: '', effect: 'NoSchedule' },
        { key: 'os', operator: 'Equal', value: 'windows', effect: 'NoSchedule' },
      ],
      nodeSelector: new Map([['example.com/pool', 'agents']]),
      annotations: ['sidecar.istio.io/', 'kubernetes.io/egress-bandwidth'],
      environments: [],
    } satisfies RolePolicy);
  });

  test('a role without a specification grants nothing', () => {
    expect(compileRole({ metadata: { name: 'empty' } })).toEqual({
      name: 'empty',
      images: [],
      limits: new Map(),
      limitTexts: new Map(),
      runAsUser: 0,
      seccompProfile: '',
      runtimeClassName: null,
      userNamespace: 'Required',
      startGate: 'Required',
      maxLifetimeSeconds: 0,
      allowedAccess: new Set(),
      readablePaths: [],
      writablePaths: [],
      deniedPaths: [],
      unwritablePaths: [],
      temporarySize: null,
      temporarySizeText: null,
      tools: new Map(),
      ingress: new Map(),
      tolerations: [],
      nodeSelector: new Map(),
      annotations: [],
      environments: [],
    } satisfies RolePolicy);
  });

  test.for([
    ['a value', { key: 'a', operator: 'Equal', effect: 'NoSchedule' }],
    ['an effect', { key: 'a', operator: 'Exists' }],
    ['a key', { operator: 'Exists', effect: 'NoSchedule' }],
    ['an operator and a value', { key: 'a', effect: 'NoSchedule' }],
  ])('a toleration that has lost %s allows nothing', ([, toleration]) => {
    const scheduling = { tolerations: [toleration] } as AgentRole['spec']['sandbox']['scheduling'];
    expect(compileRole({ spec: { sandbox: { scheduling } } }).tolerations).toEqual([]);
  });

  test('a limit that is null is none', () => {
    const { limits, limitTexts } = compileRole({
      spec: { sandbox: { limits: { cpu: null as never, memory: '1Gi' } } },
    });
    expect([...limits.keys()]).toEqual(['memory']);
    expect([...limitTexts.keys()]).toEqual(['memory']);
  });

  const before = refusals(compileRole(WIDE));
  test.for(withoutEachField(WIDE.spec))(
    'without spec$path no pod is admitted that was refused',
    ({ changed }) => {
      const narrowed = compileRole({ ...WIDE, spec: changed as AgentRole['spec'] });
      const after = refusals(narrowed);
      const widened = [...before].filter(([name, count]) => count > 0 && after.get(name) === 0);
      expect(widened).toEqual([]);
      expect(isSubset(new Set(narrowed.ingress.keys()), new Set(compileRole(WIDE).ingress.keys()))).toBe(
        true,
      );
      expect(isSubset(narrowed.allowedAccess, compileRole(WIDE).allowedAccess)).toBe(true);
    },
  );
});

function isSubset<Item>(part: ReadonlySet<Item>, whole: ReadonlySet<Item>): boolean {
  return [...part].every((item) => whole.has(item));
}
