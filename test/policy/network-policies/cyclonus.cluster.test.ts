import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  evaluateConnection,
  type ConnectionDecision,
} from '../../../src/policy/network-policies/evaluate-connection.ts';
import type { Connection, NetworkPolicy } from '../../../src/policy/network-policies/network-policy.ts';
import { selectPolicies } from '../../../src/policy/network-policies/select-policies.ts';
import { apiServerCaller } from '../../testbed/api-server-caller.ts';
import { cyclonusVerdicts } from '../../testbed/cyclonus-verdicts.ts';
import { MissingProgramError } from '../../testbed/missing-program-error.ts';
import { useControlPlane } from '../../testbed/use-control-plane.ts';
import { generateScenarios, type Scenario } from './generated-policies.ts';
import { FEATURES } from './policy-features.ts';

const SCENARIOS = 1500;
const SEED = 20_261_128;
const LEAST_OF_EACH_FEATURE = 100;

const controlPlane = useControlPlane();
const caller = apiServerCaller(controlPlane.connection);
afterAll(() => caller.close());

let scenarios: readonly Scenario[] = [];
/** The policies of each scenario with the defaults of the API server. */
let stored: readonly (readonly NetworkPolicy[])[] = [];
let verdicts: readonly (readonly ConnectionDecision[])[] | null = null;

beforeAll(async () => {
  const [first, second, third] = [
    await controlPlane.createNamespace('policies-a', { app: 'a' }),
    await controlPlane.createNamespace('policies-b', { app: 'b', tier: '' }),
    await controlPlane.createNamespace('policies-c'),
  ];
  const namespaces = new Map<string, Readonly<Record<string, string>>>([
    [first, { 'kubernetes.io/metadata.name': first, app: 'a' }],
    [second, { 'kubernetes.io/metadata.name': second, app: 'b', tier: '' }],
    [third, { 'kubernetes.io/metadata.name': third }],
  ]);
  scenarios = generateScenarios(namespaces, SCENARIOS, SEED);
  stored = await Promise.all(scenarios.map(({ policies }) => Promise.all(policies.map(withDefaults))));
  try {
    verdicts = await cyclonusVerdicts(
      scenarios.map(({ connections }, index) => ({ policies: stored[index] ?? [], connections })),
    );
  } catch (error) {
    if (!(error instanceof MissingProgramError) || process.env['CLOISTER_TESTBED'] === 'required')
      throw error;
  }
  // Go compiles Cyclonus and Kubernetes' client once.
}, 600_000);

/** The policy as the API server would store it. It also says that the policy is valid. */
async function withDefaults(policy: NetworkPolicy): Promise<NetworkPolicy> {
  const { status, body } = await caller.send({
    method: 'POST',
    path: `/apis/networking.k8s.io/v1/namespaces/${policy.metadata.namespace}/networkpolicies?dryRun=All&fieldValidation=Strict`,
    body: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...policy },
  });
  if (status !== 201) throw new Error(`${JSON.stringify(policy)}: ${body.message}`);
  return body as unknown as NetworkPolicy;
}

interface Decided {
  readonly connection: Connection;
  readonly written: readonly NetworkPolicy[];
  readonly stored: readonly NetworkPolicy[];
  readonly expected: ConnectionDecision;
}

/** Every connection with what Cyclonus decided; empty where there is no Go. */
function decided(): readonly Decided[] {
  return scenarios.flatMap(({ policies, connections }, index) =>
    connections.flatMap((connection, place) => {
      const expected = verdicts?.[index]?.[place];
      return expected === undefined
        ? []
        : [{ connection, written: policies, stored: stored[index] ?? [], expected }];
    }),
  );
}

describe('generated policies', () => {
  test('use each feature often', () => {
    const policies = scenarios.flatMap((scenario) => scenario.policies);
    const counts = Object.entries(FEATURES).map(
      ([feature, has]) => [feature, policies.filter(has).length] as const,
    );
    expect(counts.filter(([, count]) => count < LEAST_OF_EACH_FEATURE)).toEqual([]);
  });

  test('select a pod together often', () => {
    const together = scenarios.flatMap(({ pods }, index) =>
      pods.filter((pod) => selectPolicies(stored[index] ?? [], pod, 'Egress').policies.length > 1),
    );
    expect(together.length).toBeGreaterThan(LEAST_OF_EACH_FEATURE);
  });

  test('close a fifth of the connections of each direction, and open a fifth of those to a pod that they close', (context) => {
    if (verdicts === null) context.skip('there is no Go');
    const all = decided();
    for (const direction of ['egress', 'ingress'] as const) {
      const held = all.filter(({ connection, stored: policies }) => {
        const { pod } = direction === 'egress' ? connection.source : connection.destination;
        return pod && selectPolicies(policies, pod, direction === 'egress' ? 'Egress' : 'Ingress').isIsolated;
      });
      const open = held.filter(({ expected }) => expected[direction]);
      expect((held.length - open.length) / all.length, `${direction} closed`).toBeGreaterThan(0.2);
      expect(open.length / held.length, `${direction} opened by a rule`).toBeGreaterThan(0.2);
    }
  });
});

describe('the evaluator decides as Cyclonus', () => {
  test.for([
    ['as the API server stores them', (one: Decided) => one.stored],
    ['as they are written, without defaults', (one: Decided) => one.written],
  ] as const)('of policies %s', ([, policiesOf], context) => {
    if (verdicts === null) context.skip('there is no Go');
    const all = decided();
    expect(all).toHaveLength(SCENARIOS * 6);
    const wrong = all.flatMap((one) => {
      const ours = evaluateConnection(policiesOf(one), one.connection);
      const { expected } = one;
      const isSame = ours.egress === expected.egress && ours.ingress === expected.ingress;
      return isSame ? [] : [{ ...one, ours }];
    });
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});
