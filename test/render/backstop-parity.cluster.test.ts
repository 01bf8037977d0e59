import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CHECKS } from '../../src/policy/admission/checks/index.ts';
import { evaluateContract } from '../../src/policy/admission/evaluate-contract.ts';
import type { Pod } from '../../src/policy/pod/pod.ts';
import { createPodSubject } from '../../src/policy/pod/pod-subject.ts';
import { backstopPolicy } from '../../src/render/backstop-policy.ts';
import { buildPod } from '../build/pod.ts';
import { buildReviewContext } from '../build/review-context.ts';
import type { Fixture } from '../policy/admission/checks/fixture.ts';
import { CHECK_FIXTURES } from '../policy/admission/checks/index.ts';
import { type ApiServerCaller, apiServerCaller } from '../testbed/api-server-caller.ts';
import { type StartedControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { judgeByApiServer, warnOnly } from './judge-by-api-server.ts';

const WITHOUT_CONTEXT = { scope: 'None', role: null, tenant: null } as const;
const PROBE: Fixture = {
  name: 'a shared process namespace',
  tweak: ({ spec }) => (spec.shareProcessNamespace = true),
};

let controlPlane: StartedControlPlane;
let caller: ApiServerCaller;
let namespace: string;

/** Names of the checks that refuse the pod where nothing else is known. */
function judgeByContract({ tweak, context }: Fixture): readonly string[] {
  const pod = buildPod(tweak) as Pod;
  const known = buildReviewContext({ ...context, ...WITHOUT_CONTEXT });
  const violations = evaluateContract(CHECKS, createPodSubject(pod), known);
  return [...new Set(violations.map(({ check }) => check))];
}

/** What the API server wants to find before it takes the fixtures: their ServiceAccounts and runtime classes. */
function neededBy(inNamespace: string): readonly object[] {
  const specs = CHECK_FIXTURES.flatMap(({ pass, fail }) => [...pass, ...fail]).map(
    ({ tweak }) => buildPod(tweak).spec,
  );
  const accounts = new Set(specs.flatMap((spec) => spec.serviceAccountName || spec.serviceAccount || []));
  const classes = new Set(specs.flatMap(({ runtimeClassName }) => runtimeClassName ?? []));
  return [
    ...[...accounts].map((name) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: inNamespace },
    })),
    ...[...classes].map((name) => ({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name },
      handler: name,
    })),
  ];
}

beforeAll(async () => {
  controlPlane = await startControlPlane();
  caller = apiServerCaller(controlPlane.connection);
  await controlPlane.apply(warnOnly(backstopPolicy(CHECKS)));
  namespace = await controlPlane.createNamespace('parity', { 'cloister.dev/tenant': 'acme' });
  await controlPlane.apply(neededBy(namespace));
  await vi.waitFor(
    async () => {
      const { refusedBy } = await judgeByApiServer(PROBE, { caller, namespace });
      expect(refusedBy).toEqual(['process-sharing']);
    },
    { timeout: 30_000, interval: 100 },
  );
});

afterAll(async () => {
  caller?.close();
  await controlPlane?.stop();
});

// Quantities have no type in the published OpenAPI, so the checker does not know what holds them.
const UNKNOWN_TO_THE_CHECKER = /undefined field '(limits|requests|sizeLimit)'/;

test('the API server finds no fault in the types of the policy', async () => {
  const status = async () => {
    const command = 'get validatingadmissionpolicy cloister-backstop -o jsonpath={.status}';
    const { stdout } = await controlPlane.kubectl(command.split(' '));
    return JSON.parse(stdout || '{}') as PolicyStatus;
  };
  await expect.poll(status, { timeout: 30_000 }).toHaveProperty('typeChecking');
  const faults = (await status()).typeChecking?.expressionWarnings?.flatMap(({ warning }) =>
    warning.split('\n').filter((line) => line.includes('ERROR') && !UNKNOWN_TO_THE_CHECKER.test(line)),
  );
  expect(faults ?? []).toEqual([]);
});

interface PolicyStatus {
  readonly typeChecking?: { readonly expressionWarnings?: readonly { readonly warning: string }[] };
}

describe.for(CHECK_FIXTURES)('$check', ({ pass, fail }) => {
  test.concurrent.for([...pass, ...fail])('both judge alike: $name', async (fixture) => {
    const { invalid, refusedBy } = await judgeByApiServer(fixture, { caller, namespace });
    if (fixture.invalid !== undefined) {
      expect(invalid, `marked invalid: ${fixture.invalid}`).not.toBeNull();
    } else {
      expect(invalid).toBeNull();
      expect(refusedBy).toEqual(judgeByContract(fixture));
    }
  });
});
