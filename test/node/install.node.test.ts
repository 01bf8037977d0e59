import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM_NAMESPACE } from '../../src/api/names.ts';
import { type ApiAnswer, apiServerCaller } from '../testbed/api-server-caller.ts';
import { CHART } from '../testbed/helm.ts';
import { installChart, type InstalledChart } from '../testbed/node/install-chart.ts';
import { denyAll } from '../testbed/node/network-policies.ts';
import { startNode, type StartedNode } from '../testbed/node/start-node.ts';
import { startPods } from '../testbed/node/test-pods.ts';
import { orThrow } from '../testbed/run-command.ts';
import { whoRefused } from '../testbed/who-refused.ts';
import { agentPod, agentRole, enrol } from './agents.ts';

const ROLE = 'worker';

let node: StartedNode;
let cloister: InstalledChart;
let namespace: string;
let gatewayAddresses: readonly string[];

beforeAll(async () => {
  node = await startNode();
  cloister = await installChart(node);
  namespace = await node.createNamespace('agents');
  gatewayAddresses = await enrol(node, { name: 'acme', namespace, roles: [agentRole(ROLE)] });
});

afterAll(() => node?.stop());

const kubectl = async (...args: string[]): Promise<string> =>
  (await orThrow(`kubectl ${args.join(' ')}`, node.kubectl(args))).stdout;

const goodPod = (name: string) =>
  agentPod({
    namespace,
    name,
    role: ROLE,
    image: node.testImage,
    gatewayAddresses,
    command: ['sleep', 'infinity'],
  });

const foreignImage = `registry.example.com/agent@sha256:${'ab'.repeat(32)}`;
const podOfForeignImage = (name: string) => ({
  ...goodPod(name),
  spec: { ...goodPod(name).spec, containers: [{ ...goodPod(name).spec.containers[0], image: foreignImage }] },
});

const create = (pod: object) => node.kubectl(['create', '-f', '-'], { input: JSON.stringify(pod) });

test('helm install --wait makes operator and webhook available', async () => {
  const available = '{range .items[*]}{.metadata.name} {.status.readyReplicas}{"\\n"}{end}';
  const list = ['get', 'deployments', `--namespace=${SYSTEM_NAMESPACE}`, `--output=jsonpath=${available}`];
  expect(await kubectl(...list)).toBe('cloister-operator 2\ncloister-webhook 2\n');
  const status = await cloister.helm([
    'status',
    'cloister',
    `--namespace=${SYSTEM_NAMESPACE}`,
    '--output=json',
  ]);
  expect(JSON.parse(status.stdout)).toMatchObject({ info: { status: 'deployed' } });
});

test('the pods of Cloister run what was built, by its digest', async () => {
  const image = '--output=jsonpath={range .items[*]}{.status.containerStatuses[0].imageID}{"\\n"}{end}';
  const images = await kubectl('get', 'pods', `--namespace=${SYSTEM_NAMESPACE}`, image);
  expect(new Set(images.trim().split('\n'))).toEqual(new Set([cloister.images.cloister]));
});

test('a pod that does not comply is refused through the Service, also under a policy that denies all', async () => {
  await node.apply(denyAll(SYSTEM_NAMESPACE, {}));
  const privileged = goodPod('privileged');
  privileged.spec.containers[0].securityContext = { privileged: true };
  const broken = await create(privileged);
  expect(whoRefused(broken.stderr)).toBe('Explain');
  expect(broken.stderr).toContain(
    'privileged: container "agent": spec.containers[0].securityContext.privileged',
  );
  // Its fields are in order, so that only the decision sees it.
  const foreign = await create(podOfForeignImage('foreign'));
  expect(whoRefused(foreign.stderr)).toBe('Decide');
  expect(foreign.stderr).toContain('image-policy');
  expect(await create(goodPod('good'))).toMatchObject({ code: 0 });
  await kubectl('delete', 'networkpolicy/deny-all', `--namespace=${SYSTEM_NAMESPACE}`);
});

test('exec into a running agent is refused, and works in a namespace without a tenant', async () => {
  await kubectl('wait', '--for=condition=Ready', '--timeout=60s', `--namespace=${namespace}`, 'pod/good');
  const refused = await node.kubectl(['exec', 'good', `--namespace=${namespace}`, '--', 'id', '-u']);
  expect(refused.code).not.toBe(0);
  expect(whoRefused(refused.stderr)).toBe('Decide');
  const free = await node.createNamespace('free');
  await startPods(node, [{ namespace: free, name: 'plain' }]);
  expect(await kubectl('exec', 'plain', `--namespace=${free}`, '--', 'id', '-u')).toBe('1001\n');
});

/** Has pods judged, one after the other, until `work` is done; gives every answer. */
async function judgePodsDuring(work: Promise<unknown>): Promise<readonly ApiAnswer[]> {
  const caller = apiServerCaller(node.connection);
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const answers: ApiAnswer[] = [];
  const done = new AbortController();
  void work.finally(() => done.abort()).catch(() => undefined);
  const judge = async (body: object): Promise<void> => {
    while (!done.signal.aborted) answers.push(await caller.send({ method: 'POST', path, body }));
  };
  await Promise.all([judge(goodPod('judged')), judge(podOfForeignImage('judged'))]);
  caller.close();
  await work;
  return answers;
}

const upgrade = (...settings: readonly string[]) =>
  orThrow(
    'helm upgrade',
    cloister.helm([
      'upgrade',
      'cloister',
      CHART,
      `--namespace=${SYSTEM_NAMESPACE}`,
      '--wait',
      '--timeout=120s',
      ...cloister.settings,
      ...settings.map((setting) => `--set=${setting}`),
    ]),
  );

test('while Helm upgrades, every pod is judged as before', async () => {
  const pods = async () =>
    (await kubectl('get', 'pods', `--namespace=${SYSTEM_NAMESPACE}`, '--output=name')).trim().split('\n');
  const before = await pods();
  const replaceAll = async (): Promise<void> => {
    await upgrade('webhook.logLevel=debug', 'operator.logLevel=debug');
    // A replica that stops serves for some seconds more.
    await kubectl('wait', '--for=delete', '--timeout=60s', `--namespace=${SYSTEM_NAMESPACE}`, ...before);
  };
  const answers = await judgePodsDuring(replaceAll());
  expect((await pods()).filter((pod) => before.includes(pod))).toEqual([]);
  const kinds = answers.map(({ status, body }) => {
    const message = body.message ?? '';
    return status === 201
      ? 'admitted'
      : message.includes('image-policy')
        ? 'refused'
        : `${status} ${message}`;
  });
  expect(new Set(kinds)).toEqual(new Set(['admitted', 'refused']));
  expect(answers.length).toBeGreaterThan(50);
});

test('helm uninstall leaves the kinds with their objects, and nothing else', async () => {
  const uninstall = ['uninstall', 'cloister', `--namespace=${SYSTEM_NAMESPACE}`, '--wait', '--timeout=120s'];
  await orThrow('helm uninstall', cloister.helm(uninstall));
  const ofCluster = [
    'validatingwebhookconfigurations',
    'mutatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'clusterroles',
    'clusterrolebindings',
    'priorityclasses',
    'namespaces',
  ].join(',');
  expect((await kubectl('get', ofCluster, '--output=name')).match(/.*cloister.*/g)).toEqual([
    `namespace/${SYSTEM_NAMESPACE}`,
  ]);
  const made = 'networkpolicies,configmaps,secrets,serviceaccounts,rolebindings';
  const left = await kubectl('get', made, `--namespace=${namespace}`, '--output=name');
  expect(left.match(/.*cloister.*/g)).toBeNull();
  const labels = '--output=jsonpath={.metadata.labels}';
  expect(await kubectl('get', 'namespace', namespace, labels)).not.toContain('cloister.dev');
  expect(await kubectl('get', 'tenantisolation/acme', '--output=jsonpath={.metadata.finalizers}')).toBe('');
  const definitions = await kubectl('get', 'customresourcedefinitions', '--output=name');
  expect(definitions).toContain('customresourcedefinition.apiextensions.k8s.io/agentroles.cloister.dev');
});

test('a pod that was refused before is admitted then, where Pod Security admits it', async () => {
  expect(await create(podOfForeignImage('afterwards'))).toMatchObject({ code: 0 });
});
