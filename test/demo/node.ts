import { conditionOf, agentSandbox, waitForConditions } from '../node/sandboxes.ts';
import { agentPod, agentRole, enrol } from '../node/agents.ts';
import { GATEWAY } from '../../src/api/names.ts';
import { GATE_PROTOCOL } from '../../src/lib/gate-protocol.ts';
import { callAPI } from '../testbed/api-request.ts';
import { installChart } from '../testbed/node/install-chart.ts';
import { NODE_ADDRESS } from '../testbed/node/node-network.ts';
import { LINK_LOCAL_GUARD } from '../testbed/node/prepare-network.ts';
import { startNode, type StartedNode } from '../testbed/node/start-node.ts';
import { canConnect } from '../testbed/node/test-pods.ts';
import { orThrow } from '../testbed/run-command.ts';
import { whoRefused } from '../testbed/who-refused.ts';
import type { Printer } from './printer.ts';
import { callerOnNode, gatewayOnNode } from './node-gateway.ts';
import { type Outcome, type PlayedStep, playSteps } from './play-steps.ts';

/** What a demo reports with that is played instead of the table. */
export interface OtherDemo {
  readonly tell: (text: string) => void;
  readonly print: Printer;
  /** Whether what was started stays up until somebody interrupts the demo. */
  readonly isKept: boolean;
}

const AGENT = 'hermes';
const OUTSIDE = '8.8.8.8';
const SLEEP = ['sh', '-c', 'echo started; sleep 3600'];
const PATIENCE_MILLISECONDS = 120_000;

/** Installs the chart on a real node, runs a sandbox there and attacks it. Returns whether every step went as expected. */
export async function playOnNode({ tell, print }: OtherDemo): Promise<boolean> {
  tell('starting a Kubernetes node (its programs are built first, where they are not there yet)');
  const node = await startNode();
  try {
    tell('building and importing the images; helm install --wait');
    const { milliseconds } = await installChart(node);
    tell(`installed in ${(milliseconds / 1000).toFixed(1)} s; applying a role, a tenant and a sandbox`);
    const namespace = await node.createNamespace('acme-agents');
    const gatewayAddresses = await enrol(node, {
      name: 'acme',
      namespace,
      roles: [agentRole('analyst', { startGate: 'Required' }), callerOnNode()],
    });
    await waitForConditions(node, { object: 'tenantisolation/acme', types: ['GatewayReady', 'Ready'] });
    const place = { node, namespace, gatewayAddresses };
    print.heading('A sandbox on a node');
    let ok = await playSteps([runSandbox(place), ...lookInside(place), ...tryToEscape(place)], print);
    print.heading('Calls of a pod through the gateway');
    ok = (await playSteps(gatewayOnNode(place), print)) && ok;
    print.heading("With the node's link-local addresses open, which no NetworkPolicy closes");
    await orThrow('opening link-local addresses', node.run(['nft', 'delete', 'table', ...LINK_LOCAL_GUARD]));
    ok = (await playSteps([startUnproven(place, 'link-local')], print)) && ok;
    print.heading('With kube-router killed');
    await node.killKubeRouter();
    return (await playSteps([startUnproven(place, 'unenforced')], print)) && ok;
  } finally {
    await node.stop();
  }
}

interface Place {
  readonly node: StartedNode;
  readonly namespace: string;
  readonly gatewayAddresses: readonly string[];
}

function runSandbox({ node, namespace }: Place): PlayedStep {
  return {
    step: 'a sandbox is applied: its start gate passes and its agent runs',
    expected: 'Ready',
    run: async () => {
      await node.apply([sandbox(node, namespace, AGENT)]);
      const object = `agentsandbox/${AGENT}`;
      await waitForConditions(node, { namespace, object, types: ['EgressClosed', 'Ready'] });
      const closed = await conditionOf(node, { namespace, object, type: 'EgressClosed' });
      return { got: 'Ready', details: [`  - EgressClosed: ${closed?.message}`] };
    },
  };
}

function sandbox(node: StartedNode, namespace: string, name: string): object {
  return agentSandbox({ namespace, name, role: 'analyst', image: node.testImage, command: SLEEP });
}

/** What the agent's own process shows, read from inside of its container. */
function lookInside({ node, namespace }: Place): readonly PlayedStep[] {
  const inside = async (command: string): Promise<string> => {
    const { stdout } = await node.exec({ namespace, pod: AGENT }, ['sh', '-c', command]);
    return stdout.trim().replaceAll(/\s+/g, ' ');
  };
  const status = (field: string) => `sed -n 's/^${field}:[[:space:]]*//p' /proc/self/status`;
  const facts: readonly (readonly [step: string, command: string, expected: string])[] = [
    ["from inside: the user is the role's, in /proc/self/status", status('Uid'), '1001 1001 1001 1001'],
    ['from inside: effective capabilities', status('CapEff'), '0000000000000000'],
    ['from inside: capabilities that it could gain', status('CapBnd'), '0000000000000000'],
    ['from inside: system calls are filtered (2)', status('Seccomp'), '2'],
    ['from inside: no new privileges (1)', status('NoNewPrivs'), '1'],
    [
      'from inside: how the root file system is mounted',
      'awk \'$2 == "/" { split($4, o, ","); print o[1] }\' /proc/mounts',
      'ro',
    ],
    ['from inside: ServiceAccount tokens', 'find /var/run/secrets -name token 2>/dev/null | wc -l', '0'],
    ['from inside: name servers', "sed -n 's/^nameserver //p' /etc/resolv.conf", '127.0.0.1'],
  ];
  return facts.map(([step, command, expected]) => ({
    step,
    expected,
    run: async () => ({ got: await inside(command) }),
  }));
}

function tryToEscape(place: Place): readonly PlayedStep[] {
  const { node, namespace } = place;
  const targets: readonly (readonly [what: string, address: string, port: number])[] = [
    ['the internet', OUTSIDE, 443],
    ['the metadata service', '169.254.169.254', 80],
    ['the API server', NODE_ADDRESS, 6443],
    ['the kubelet', NODE_ADDRESS, 10_250],
  ];
  const closed = targets.map(([what, address, port]): PlayedStep => ({
    step: `from inside: ${what} at ${address}:${port}`,
    expected: 'Closed',
    run: async () => ({
      got: (await canConnect(node, { namespace, pod: AGENT }, address, port)) ? 'Open' : 'Closed',
    }),
  }));
  return [...closed, reachGateway(place), createBadPod(place), execute(place)];
}

function reachGateway({ node, namespace }: Place): PlayedStep {
  return {
    step: `from inside: ${GATEWAY.name}:${GATEWAY.canaryPort}`,
    expected: 'Reached',
    run: async () => {
      const command = ['nc', '-w', '2', GATEWAY.name, String(GATEWAY.canaryPort)];
      const { stdout } = await node.exec({ namespace, pod: AGENT }, command);
      return { got: stdout === GATE_PROTOCOL.canaryGreeting ? 'Reached' : 'Not reached' };
    },
  };
}

function createBadPod({ node, namespace, gatewayAddresses }: Place): PlayedStep {
  return {
    step: 'a privileged pod beside it is refused, through the Service of the webhook',
    expected: 'Refused by Explain',
    run: async () => {
      const pod = { namespace, name: 'bad', role: 'analyst', image: node.testImage, gatewayAddresses };
      const body = agentPod({ ...pod, tweak: makePrivileged });
      const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
      const { message } = await callAPI(node, { user: 'admin', method: 'POST', path, body });
      return refusalOf(message);
    },
  };
}

function makePrivileged(pod: ReturnType<typeof agentPod>): void {
  const [container] = pod.spec.containers;
  if (container !== undefined) container.securityContext = { privileged: true };
}

function execute({ node, namespace }: Place): PlayedStep {
  return {
    step: 'kubectl exec into the agent is refused',
    expected: 'Refused by Decide',
    run: async () => {
      const path = `/api/v1/namespaces/${namespace}/pods/${AGENT}/exec?command=id&stdout=true`;
      const { message } = await callAPI(node, { user: 'admin', method: 'POST', path });
      return refusalOf(message);
    },
  };
}

function refusalOf(message: string): Outcome {
  return message === ''
    ? { got: 'Admitted' }
    : { got: 'Refused', by: whoRefused(message), details: [message] };
}

/** A sandbox that must not start, because its start gate cannot prove that it is closed. */
function startUnproven({ node, namespace }: Place, name: string): PlayedStep {
  return {
    step: 'a new sandbox does not start, and says why',
    expected: 'Not started',
    run: async () => {
      await node.apply([sandbox(node, namespace, name)]);
      const object = { namespace, object: `agentsandbox/${name}`, type: 'EgressClosed' };
      const end = performance.now() + PATIENCE_MILLISECONDS;
      while (performance.now() < end) {
        const condition = await conditionOf(node, object);
        if (condition?.status === 'True') break;
        if (condition !== undefined && ['FoundOpen', 'GateFailed'].includes(condition.reason)) {
          return { got: 'Not started', details: [`  - EgressClosed: ${condition.message}`] };
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      return { got: 'Started' };
    },
  };
}
