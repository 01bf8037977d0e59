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
import type { ToldResult } from './step.ts';

/** What the demo on a node reports with. */
export interface NodeDemo {
  readonly tell: (text: string) => void;
  readonly print: Printer;
}

/** The outcome of one step: what came of it, and what is shown of it to people. */
interface Outcome {
  readonly got: string;
  readonly by?: string;
  readonly details?: readonly string[];
}

interface NodeStep {
  readonly step: string;
  /** Exactly what `got` must be, followed by the refuser where there is one. */
  readonly expected: string;
  readonly run: () => Promise<Outcome>;
}

const AGENT = 'hermes';
const OUTSIDE = '8.8.8.8';
const SLEEP = ['sh', '-c', 'echo started; sleep 3600'];
const PATIENCE_MILLISECONDS = 120_000;

/** Installs the chart on a real node, runs a sandbox there and attacks it. Returns whether every step went as expected. */
export async function playOnNode({ tell, print }: NodeDemo): Promise<boolean> {
  tell('starting a Kubernetes node (its programs are built first, where they are not there yet)');
  const node = await startNode();
  try {
    tell('building and importing the images; helm install --wait');
    const { milliseconds } = await installChart(node);
    tell(`installed in ${(milliseconds / 1000).toFixed(1)} s; applying a role, a tenant and a sandbox`);
    const namespace = await node.createNamespace('acme-agents');
    await enrol(node, {
      name: 'acme',
      namespace,
      roles: [agentRole('analyst', { startGate: 'Required' })],
    });
    await waitForConditions(node, { object: 'tenantisolation/acme', types: ['GatewayReady', 'Ready'] });
    const place = { node, namespace };
    print.heading('A sandbox on a node');
    let ok = await playSteps([runSandbox(place), ...lookInside(place), ...tryToEscape(place)], print);
    print.heading('With kube-router killed');
    await node.killKubeRouter();
    ok = (await playSteps([startUnproven(place, 'unenforced', /1\.1\.1\.1/)], print)) && ok;
    await node.startKubeRouter();
    print.heading("With the node's link-local addresses open, which no NetworkPolicy closes");
    await orThrow('opening link-local addresses', node.run(['nft', 'delete', 'table', ...LINK_LOCAL_GUARD]));
    return (await playSteps([startUnproven(place, 'link-local', /fe80::/)], print)) && ok;
  } finally {
    await node.stop();
  }
}

interface Place {
  readonly node: StartedNode;
  readonly namespace: string;
}

async function playSteps(steps: readonly NodeStep[], print: Printer): Promise<boolean> {
  let ok = true;
  for (const step of steps) {
    const result = await play(step);
    print.row(result);
    ok &&= result.ok;
  }
  return ok;
}

async function play({ step, expected, run }: NodeStep): Promise<ToldResult> {
  const started = performance.now();
  const { got, by = null, details = [] } = await run();
  const ms = Math.round((performance.now() - started) * 10) / 10;
  const isExpected = (by === null ? got : `${got} by ${by}`) === expected;
  return { step, expected, got, by, ok: isExpected, ms, message: details.join('\n') };
}

function runSandbox({ node, namespace }: Place): NodeStep {
  return {
    step: 'a sandbox is applied: its start gate passes and its agent runs',
    expected: 'Ready',
    run: async () => {
      await node.apply([sandbox({ node, namespace }, AGENT)]);
      const object = `agentsandbox/${AGENT}`;
      await waitForConditions(node, { namespace, object, types: ['EgressClosed', 'Ready'] });
      const closed = await conditionOf(node, { namespace, object, type: 'EgressClosed' });
      return { got: 'Ready', details: [`  - EgressClosed: ${closed?.message}`] };
    },
  };
}

function sandbox({ node, namespace }: Place, name: string): object {
  return agentSandbox({ namespace, name, role: 'analyst', image: node.testImage, command: SLEEP });
}

/** What the agent's own process shows, read from inside of its container. */
function lookInside({ node, namespace }: Place): readonly NodeStep[] {
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

function tryToEscape({ node, namespace }: Place): readonly NodeStep[] {
  const targets: readonly (readonly [what: string, address: string, port: number])[] = [
    ['the internet', OUTSIDE, 443],
    ['the metadata service', '169.254.169.254', 80],
    ['the API server', NODE_ADDRESS, 6443],
    ['the kubelet', NODE_ADDRESS, 10_250],
  ];
  const closed = targets.map(([what, address, port]): NodeStep => ({
    step: `from inside: ${what} at ${address}:${port}`,
    expected: 'Closed',
    run: async () => ({
      got: (await canConnect(node, { namespace, pod: AGENT }, address, port)) ? 'Open' : 'Closed',
    }),
  }));
  return [
    ...closed,
    reachGateway({ node, namespace }),
    createBadPod({ node, namespace }),
    execute({ node, namespace }),
  ];
}

function reachGateway({ node, namespace }: Place): NodeStep {
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

function createBadPod({ node, namespace }: Place): NodeStep {
  return {
    step: 'a privileged pod beside it is refused, through the Service of the webhook',
    expected: 'Refused by Explain',
    run: async () => {
      const image = node.testImage;
      const body = agentPod({ namespace, name: 'bad', role: 'analyst', image, tweak: makePrivileged });
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

function execute({ node, namespace }: Place): NodeStep {
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

/** A sandbox that must not start, because its start gate finds something open. */
function startUnproven({ node, namespace }: Place, name: string, open: RegExp): NodeStep {
  return {
    step: 'a new sandbox does not start, and says what its start gate found open',
    expected: 'Not started',
    run: async () => {
      await node.apply([sandbox({ node, namespace }, name)]);
      const object = { namespace, object: `agentsandbox/${name}`, type: 'EgressClosed' };
      const end = performance.now() + PATIENCE_MILLISECONDS;
      for (;;) {
        const condition = await conditionOf(node, object);
        if (condition?.status === 'False') {
          const got = open.test(condition.message) ? 'Not started' : condition.reason;
          return { got, details: [`  - EgressClosed: ${condition.message}`] };
        }
        if (condition?.status === 'True' || performance.now() > end) return { got: 'Started' };
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    },
  };
}
