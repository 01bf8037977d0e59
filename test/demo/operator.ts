import { LABEL, PROXY_SECRET } from '../../src/api/names.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';
import type { RunningCloister } from '../testbed/start-cloister.ts';
import { CORE, createDemoCalls, type DemoCalls, runPod, SANDBOXES, waitForReason } from './demo-calls.ts';
import type { Outcome, PlayedStep } from './play-steps.ts';
import { readSampleObject } from './samples.ts';
import { NAMESPACE } from './scenario.ts';

const NAME = 'report';
const OLD_POLICY = 'from-before';

const POLICIES = `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`;
const ROLE = '/apis/cloister.dev/v1alpha1/agentroles/data-analyst';
const POD = `${CORE}/pods/${NAME}`;

/** A NetworkPolicy that somebody wrote before the namespace was enrolled, which lets agents out. */
export const POLICY_FROM_BEFORE = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: OLD_POLICY, namespace: NAMESPACE },
  spec: {
    podSelector: { matchLabels: { [LABEL.sandbox]: NAME } },
    policyTypes: ['Egress'],
    egress: [{ ports: [{ protocol: 'TCP', port: 443 }] }],
  },
};

/** What the operator makes of a sandbox, keeps, and takes away. There is no kubelet: the demo plays it. */
export function operatorSteps(controlPlane: ControlPlane, cloister: RunningCloister): readonly PlayedStep[] {
  const calls = createDemoCalls(controlPlane);
  return [
    createSandbox(calls),
    namePolicy(calls),
    closeSandbox(calls),
    restartOperator(calls, cloister),
    deletePod(calls),
    changeRole(calls),
    stopSandbox(calls),
  ];
}

const OBJECTS = [
  POD,
  `${CORE}/secrets/${PROXY_SECRET.sandboxPrefix}${NAME}`,
  `${CORE}/serviceaccounts/cloister-s-${NAME}`,
];

function createSandbox(calls: DemoCalls): PlayedStep {
  return {
    step: 'a sandbox is applied, and the operator makes what it needs',
    expected: '3 objects',
    run: async () => {
      const { spec } = readSampleObject('sandbox-hermes.yaml') as { spec: object };
      const metadata = { name: NAME, namespace: NAMESPACE };
      const body = { apiVersion: 'cloister.dev/v1alpha1', kind: 'AgentSandbox', metadata, spec };
      const refusal = await calls.send('POST', SANDBOXES, body);
      if (refusal !== '') return { got: 'refused', details: [refusal] };
      await runPod(NAME, calls);
      const there = await Promise.all(OBJECTS.map((path) => calls.read(path)));
      const names = OBJECTS.filter((_, index) => there[index] !== undefined);
      return { got: `${names.length} objects`, details: names.map((name) => `  - ${name}`) };
    },
  };
}

function namePolicy(calls: DemoCalls): PlayedStep {
  return {
    step: 'a NetworkPolicy from before lets it out, and its status names it',
    expected: 'OpenedBy',
    run: () => waitForReason(NAME, calls, 'EgressClosed', 'OpenedBy'),
  };
}

function closeSandbox(calls: DemoCalls): PlayedStep {
  return {
    step: 'that policy is deleted',
    expected: 'Closed',
    run: async () => {
      await calls.send('DELETE', `${POLICIES}/${OLD_POLICY}`);
      return waitForReason(NAME, calls, 'EgressClosed', 'Closed');
    },
  };
}

function restartOperator({ read }: DemoCalls, cloister: RunningCloister): PlayedStep {
  const paths = [...OBJECTS, `${SANDBOXES}/${NAME}`, `${POLICIES}/cloister-default-deny`];
  const versions = async (): Promise<string> =>
    (await Promise.all(paths.map((path) => read(path))))
      .map((object) => object?.metadata.resourceVersion)
      .join(' ');
  return {
    step: 'the operator is stopped and started: it writes nothing',
    expected: 'Unchanged',
    run: async () => {
      const before = await versions();
      await cloister.operator.stop(10_000);
      await cloister.startAgain('operator');
      // It leads and has reconciled everything some seconds after it is ready.
      await new Promise((resolve) => setTimeout(resolve, 5000));
      return { got: (await versions()) === before ? 'Unchanged' : 'Changed' };
    },
  };
}

/** Says whether the pod is made again after something was done to it. */
async function replacePod(calls: DemoCalls, act: () => Promise<unknown>): Promise<Outcome> {
  const before = (await calls.read(POD))?.metadata.uid;
  await act();
  // No kubelet ends the pod: its deletion is completed by force.
  await calls.wait('the deletion of the pod', async () => {
    const pod = await calls.read<{ metadata: { uid: string; deletionTimestamp?: string } }>(POD);
    return pod?.metadata.uid !== before || pod?.metadata.deletionTimestamp !== undefined ? true : undefined;
  });
  await calls.send('DELETE', `${POD}?gracePeriodSeconds=0`, { preconditions: { uid: before } });
  await runPod(NAME, calls, before);
  await waitForReason(NAME, calls, 'Ready', 'Ready');
  return { got: 'Made again' };
}

function deletePod(calls: DemoCalls): PlayedStep {
  return {
    step: 'its pod is deleted by hand',
    expected: 'Made again',
    run: () => replacePod(calls, () => calls.send('DELETE', POD)),
  };
}

function changeRole(calls: DemoCalls): PlayedStep {
  return {
    step: 'its role is changed, so that the pod is replaced',
    expected: 'Made again',
    run: () =>
      replacePod(calls, () => calls.send('PATCH', ROLE, { spec: { sandbox: { tmp: { size: '64Mi' } } } })),
  };
}

function stopSandbox(calls: DemoCalls): PlayedStep {
  return {
    step: 'the sandbox is stopped: nothing of it is left but itself',
    expected: 'Nothing left',
    run: async () => {
      await calls.send('PATCH', `${SANDBOXES}/${NAME}`, { spec: { state: 'Stopped' } });
      await waitForReason(NAME, calls, 'PodReady', 'Stopped');
      await calls.send('DELETE', `${POD}?gracePeriodSeconds=0`);
      await calls.wait('the end of the sandbox', async () => {
        const left = (await Promise.all(OBJECTS.map((path) => calls.read(path)))).filter(
          (object) => object !== undefined,
        );
        return left.length === 0 ? true : undefined;
      });
      return { got: 'Nothing left' };
    },
  };
}
