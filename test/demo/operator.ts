import { LABEL, PROXY_SECRET } from '../../src/api/names.ts';
import { playedStatus } from '../e2e/played-pod.ts';
import { callAPI } from '../testbed/api-request.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';
import type { RunningCloister } from '../testbed/start-cloister.ts';
import type { Outcome, PlayedStep } from './play-steps.ts';
import { readSampleObject } from './samples.ts';
import { NAMESPACE } from './scenario.ts';

const NAME = 'report';
const OLD_POLICY = 'from-before';
const PATIENCE_MILLISECONDS = 60_000;

const CORE = `/api/v1/namespaces/${NAMESPACE}`;
const SANDBOXES = `/apis/cloister.dev/v1alpha1/namespaces/${NAMESPACE}/agentsandboxes`;
const POLICIES = `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`;
const ROLE = '/apis/cloister.dev/v1alpha1/agentroles/data-analyst';
const POD = `${CORE}/pods/${NAME}`;

interface Seen {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly status?: {
    readonly conditions?: readonly { type: string; status: string; reason: string; message: string }[];
  };
}

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
  const calls = createCalls(controlPlane);
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

/** The API server as the administrator uses it. */
interface Calls {
  readonly send: (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => Promise<string>;
  readonly read: (path: string) => Promise<Seen | undefined>;
  /** Waits until the function returns something, and returns that. */
  readonly wait: <T>(what: string, find: () => Promise<T | undefined>) => Promise<T>;
}

function createCalls(controlPlane: ControlPlane): Calls {
  return {
    send: async (method, path, body) => {
      const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      return (await callAPI(controlPlane, { user: 'admin', method, path, body, contentType })).message;
    },
    read: async (path) => {
      const { status, object } = await callAPI(controlPlane, { user: 'admin', method: 'GET', path });
      return status === 200 ? (object as unknown as Seen) : undefined;
    },
    wait: async (what, find) => {
      const end = performance.now() + PATIENCE_MILLISECONDS;
      for (;;) {
        const found = await find();
        if (found !== undefined) return found;
        if (performance.now() > end) throw new Error(`waited a minute in vain for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

/** Waits for a pod other than the one of that UID, and has its start gate pass and its agent run. */
async function runPod({ read, send, wait }: Calls, before?: string): Promise<Seen> {
  const pod = await wait('the pod', async () => {
    const found = await read(POD);
    return found?.metadata.uid === before ? undefined : found;
  });
  const status = playedStatus({ gate: { passed: true }, agent: 'Running' });
  await send('PATCH', `${POD}/status`, { status });
  return pod;
}

/** Waits until a condition of the sandbox has this reason. */
async function waitForReason({ read, wait }: Calls, type: string, reason: string): Promise<Outcome> {
  const condition = await wait(`${type} ${reason}`, async () => {
    const conditions = (await read(`${SANDBOXES}/${NAME}`))?.status?.conditions ?? [];
    return conditions.find((one) => one.type === type && one.reason === reason);
  });
  return { got: reason, details: [`  - ${type} is ${condition.status}: ${condition.message}`] };
}

const OBJECTS = [
  POD,
  `${CORE}/secrets/${PROXY_SECRET.sandboxPrefix}${NAME}`,
  `${CORE}/serviceaccounts/cloister-s-${NAME}`,
];

function createSandbox(calls: Calls): PlayedStep {
  return {
    step: 'a sandbox is applied, and the operator makes what it needs',
    expected: '3 objects',
    run: async () => {
      const { spec } = readSampleObject('sandbox-hermes.yaml') as { spec: object };
      const metadata = { name: NAME, namespace: NAMESPACE };
      const body = { apiVersion: 'cloister.dev/v1alpha1', kind: 'AgentSandbox', metadata, spec };
      const refusal = await calls.send('POST', SANDBOXES, body);
      if (refusal !== '') return { got: 'refused', details: [refusal] };
      await runPod(calls);
      const there = await Promise.all(OBJECTS.map(calls.read));
      const names = OBJECTS.filter((_, index) => there[index] !== undefined);
      return { got: `${names.length} objects`, details: names.map((name) => `  - ${name}`) };
    },
  };
}

function namePolicy(calls: Calls): PlayedStep {
  return {
    step: 'a NetworkPolicy from before lets it out, and its status names it',
    expected: 'OpenedBy',
    run: () => waitForReason(calls, 'EgressClosed', 'OpenedBy'),
  };
}

function closeSandbox(calls: Calls): PlayedStep {
  return {
    step: 'that policy is deleted',
    expected: 'Closed',
    run: async () => {
      await calls.send('DELETE', `${POLICIES}/${OLD_POLICY}`);
      return waitForReason(calls, 'EgressClosed', 'Closed');
    },
  };
}

function restartOperator({ read }: Calls, cloister: RunningCloister): PlayedStep {
  const paths = [...OBJECTS, `${SANDBOXES}/${NAME}`, `${POLICIES}/cloister-default-deny`];
  const versions = async (): Promise<string> =>
    (await Promise.all(paths.map(read))).map((object) => object?.metadata.resourceVersion).join(' ');
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
async function replacePod(calls: Calls, act: () => Promise<unknown>): Promise<Outcome> {
  const before = (await calls.read(POD))?.metadata.uid;
  await act();
  // No kubelet ends the pod: its deletion is completed by force.
  await calls.wait('the deletion of the pod', async () => {
    const pod = (await calls.read(POD)) as
      | { metadata: { uid: string; deletionTimestamp?: string } }
      | undefined;
    return pod?.metadata.uid !== before || pod?.metadata.deletionTimestamp !== undefined ? true : undefined;
  });
  await calls.send('DELETE', `${POD}?gracePeriodSeconds=0`, { preconditions: { uid: before } });
  await runPod(calls, before);
  await waitForReason(calls, 'Ready', 'Ready');
  return { got: 'Made again' };
}

function deletePod(calls: Calls): PlayedStep {
  return {
    step: 'its pod is deleted by hand',
    expected: 'Made again',
    run: () => replacePod(calls, () => calls.send('DELETE', POD)),
  };
}

function changeRole(calls: Calls): PlayedStep {
  return {
    step: 'its role is changed, so that the pod is replaced',
    expected: 'Made again',
    run: () =>
      replacePod(calls, () => calls.send('PATCH', ROLE, { spec: { sandbox: { tmp: { size: '64Mi' } } } })),
  };
}

function stopSandbox(calls: Calls): PlayedStep {
  return {
    step: 'the sandbox is stopped: nothing of it is left but itself',
    expected: 'Nothing left',
    run: async () => {
      await calls.send('PATCH', `${SANDBOXES}/${NAME}`, { spec: { state: 'Stopped' } });
      await waitForReason(calls, 'PodReady', 'Stopped');
      await calls.send('DELETE', `${POD}?gracePeriodSeconds=0`);
      await calls.wait('the end of the sandbox', async () => {
        const left = (await Promise.all(OBJECTS.map(calls.read))).filter((object) => object !== undefined);
        return left.length === 0 ? true : undefined;
      });
      return { got: 'Nothing left' };
    },
  };
}
