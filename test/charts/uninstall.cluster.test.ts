import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildAgentRole } from '../build/agent-role.ts';
import { minimalTenantIsolation } from '../build/tenant-isolation.ts';
import { type StartedControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { deployedArguments } from '../testbed/deployed-node-flags.ts';
import { freePort } from '../testbed/free-port.ts';
import { CHART, type Helm, prepareHelm } from '../testbed/helm.ts';
import { createProgramRunner, type ProgramRunner } from '../testbed/program-runner.ts';
import { orThrow, runCommand } from '../testbed/run-command.ts';

// Helm, the API server, its controllers and the webhook are real. The kubelet that runs the Job is played by the test.
const NAMESPACE = 'cloister-system';
const ENROLLED = 'kept-agents';
/** What the operator makes in an enrolled namespace. */
const MADE_KINDS = 'networkpolicies,configmaps,secrets,serviceaccounts,rolebindings,pods';
const WAIT = { timeout: 30_000, interval: 200 };
let controlPlane: StartedControlPlane;
let helm: Helm;
let runner: ProgramRunner;
let settings: readonly string[];

beforeAll(async () => {
  controlPlane = await startControlPlane();
  await controlPlane.controllersRunning();
  helm = await prepareHelm(controlPlane.kubeconfig);
  runner = await createProgramRunner();
  const port = await freePort('127.0.0.1');
  const url = `https://127.0.0.1:${port}`;
  settings = [`webhook.url=${url}`, 'webhook.replicas=0', 'release.backoffLimit=0'];
  await install(await chartOfBefore());
  const flags = [
    `--kubeconfig=${controlPlane.kubeconfigFor('webhook')}`,
    `--port=${port}`,
    '--metrics-port=0',
  ];
  await (await runner.start('webhook', [...flags, `--url=${url}`, '--drain-seconds=0'])).ready();
});
afterAll(async () => {
  await runner?.stop();
  await helm?.remove();
  await controlPlane?.stop();
});

async function install(chart = CHART): Promise<void> {
  const args = ['upgrade', '--install', 'cloister', chart, '-n', NAMESPACE, '--create-namespace'];
  const { code, stderr } = await helm.run([...args, ...settings.map((setting) => `--set=${setting}`)]);
  expect(stderr).not.toContain('Error');
  expect(code).toBe(0);
}

/** The chart with a kind that was another before. */
async function chartOfBefore(): Promise<string> {
  const folder = join(controlPlane.connection.folder, 'chart-of-before');
  await cp(CHART, folder, { recursive: true });
  const file = join(folder, 'files', 'crds', 'cloister.dev_agentroles.yaml');
  const now = await readFile(file, 'utf8');
  const before = now.replace(/^ {4}categories:\n/m, '$&      - older\n');
  expect(before).not.toBe(now);
  await writeFile(file, before);
  return folder;
}

/** Prints what kubectl prints; throws where it fails. */
async function kubectl(...args: readonly string[]): Promise<string> {
  const running = controlPlane.kubectl(['-n', NAMESPACE, ...args]);
  return (await orThrow(`kubectl ${args.join(' ')}`, running)).stdout.trim();
}

/** Every object of the release by the label that all of them have, those that the webhook made, and the operator's pods. */
async function objectsOfRelease(): Promise<string[]> {
  const kinds = (await kubectl('api-resources', '--verbs=list', '-o', 'name')).split('\n');
  const listed = kinds
    .filter((kind) => !/^(events|.*\.metrics\.k8s\.io|componentstatuses)/.test(kind))
    .join(',');
  const selector = '-lapp.kubernetes.io/name=cloister';
  const found = await kubectl(
    'get',
    listed,
    '--all-namespaces',
    selector,
    '-o',
    'name',
    '--ignore-not-found',
  );
  const made = await kubectl('get', 'secret,configmap', '-lapp.kubernetes.io/part-of=cloister', '-o', 'name');
  const policies = await kubectl('get', POLICY_KINDS, '-o', 'name');
  return [found, made, policies].flatMap((text) => (text === '' ? [] : text.split('\n')));
}

const POLICY_KINDS = [
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
].join(',');

/** Has a tenant enrolled by the operator, as it is on a cluster in use. */
async function enrol(): Promise<void> {
  await controlPlane.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ENROLLED } }]);
  const namespaces = minimalTenantIsolation.spec.namespaces.map((each) => ({ ...each, name: ENROLLED }));
  await controlPlane.apply([
    { ...buildAgentRole(), metadata: { name: 'kept' } },
    {
      ...minimalTenantIsolation,
      metadata: { name: 'kept' },
      spec: { ...minimalTenantIsolation.spec, namespaces: namespaces.slice(0, 1) },
    },
  ]);
  const flags = [`--kubeconfig=${controlPlane.kubeconfigFor('operator')}`, ...deployedArguments('operator')];
  const operator = await runner.start('operator', flags);
  await vi.waitFor(async () => {
    const made = await enrolment();
    for (const what of ['cloister.dev/tenant', 'namespace/cloister-t-kept', 'cloister-default-deny'])
      expect(made).toContain(what);
  }, WAIT);
  await operator.process.stop(15_000);
}

/** Runs `helm uninstall`; the test is the kubelet that runs the Job, and ends its pod with the phase. */
async function uninstall(phase: 'Succeeded' | 'Failed') {
  const uninstalling = helm.run(['uninstall', 'cloister', '-n', NAMESPACE, '--timeout=60s']);
  const pod = await vi.waitFor(async () => {
    const running = ['--field-selector=status.phase=Pending', '-lapp.kubernetes.io/component=release'];
    const name = await kubectl('get', 'pods', ...running, '-o', 'name');
    expect(name).not.toBe('');
    return name;
  }, WAIT);
  if (phase === 'Succeeded') await release();
  const status = JSON.stringify({ status: { phase } });
  await kubectl('patch', pod, '--subresource=status', '--type=merge', `--patch=${status}`);
  return uninstalling;
}

/** Runs what the Job runs, with its flags and the operator's rights. */
async function release(): Promise<void> {
  const flags = await kubectl(
    'get',
    'job/cloister-release',
    '-o',
    'jsonpath={.spec.template.spec.containers[0].args}',
  );
  const { code, stdout } = await runCommand({
    program: process.execPath,
    args: [
      join(import.meta.dirname, '..', '..', 'src', 'bin', 'operator.ts'),
      ...(JSON.parse(flags) as string[]),
      '--address=127.0.0.1',
      '--probe-port=0',
      '--metrics-port=0',
      `--kubeconfig=${controlPlane.kubeconfigFor('operator')}`,
    ],
    environment: {},
  });
  expect(code, stdout).toBe(0);
}

/** The labels of the namespace, and the namespaces that the operator made for its tenant. */
async function enrolment(): Promise<string> {
  const labels = await kubectl('get', `namespace/${ENROLLED}`, '-o', 'jsonpath={.metadata.labels}');
  const system = await kubectl('get', 'namespaces', '-lcloister.dev/system', '-o', 'name');
  const made = await kubectl(
    'get',
    MADE_KINDS,
    '-n',
    ENROLLED,
    '-lapp.kubernetes.io/managed-by=cloister',
    '-o',
    'name',
  );
  return [labels, system, made].join('\n');
}

async function operatorDeployment(): Promise<string> {
  return kubectl('get', 'deployment/cloister-operator', '-o', 'name', '--ignore-not-found');
}

describe('the release', () => {
  test('runs on the priority of the cluster, where the API server knows it', async () => {
    const scope = 'jsonpath={.spec.scopeSelector}';
    const quota = await kubectl('get', 'resourcequota/cloister-critical-pods', '-o', scope);
    expect(quota).toContain('system-cluster-critical');
    expect(await kubectl('get', 'priorityclass/system-cluster-critical', '-o', 'name')).not.toBe('');
  });

  test('upgrades the kinds', async () => {
    const crd = 'crd/agentroles.cloister.dev';
    const group = () => kubectl('get', crd, '-o', 'jsonpath={.spec.names.categories}');
    expect(await group()).toContain('older');
    await install();
    expect(await group()).not.toContain('older');
  });

  test('keeps the authority of the webhook over an upgrade, and what was published of it', async () => {
    const read = () =>
      kubectl(
        'get',
        'secret/cloister-webhook-ca',
        'configmap/cloister-ca',
        '-o',
        'jsonpath={.items[*].data}',
      );
    const bundles = () =>
      kubectl(
        'get',
        'validatingwebhookconfiguration/cloister-decide',
        '-o',
        'jsonpath={.webhooks[*].clientConfig.caBundle}',
      );
    const before = [await read(), await bundles()];
    expect(before.join('')).not.toBe('');
    await install();
    expect([await read(), await bundles()]).toEqual(before);
  });

  test('stays whole where the operator cannot release', async () => {
    await enrol();
    const before = await objectsOfRelease();
    const { code, stderr } = await uninstall('Failed');
    expect(code).not.toBe(0);
    expect(stderr).toContain('cloister-release');
    expect(await objectsOfRelease()).toEqual(expect.arrayContaining(before));
    expect(await kubectl('get', 'job/cloister-release', '-o', 'name')).toBe('job.batch/cloister-release');
  });

  test('leaves nothing behind but the kinds, and what people wrote of them', async () => {
    const { code, stdout, stderr } = await uninstall('Succeeded');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('[CustomResourceDefinition] agentroles.cloister.dev');
    expect(await operatorDeployment()).toBe('');
    const left = await enrolment();
    expect(left).toContain('pod-security.kubernetes.io/enforce');
    expect(left).not.toContain('cloister');
    // The garbage collector takes away what the ServiceAccount of the webhook owned.
    await vi.waitFor(async () => expect(await objectsOfRelease()).toEqual([]), WAIT);
    expect(await kubectl('get', 'crd', '-o', 'name')).toContain('agentroles.cloister.dev');
    expect(await kubectl('get', 'agentrole/kept', 'tenantisolation/kept', '-o', 'name')).toContain('kept');
  });

  test('comes back over what was kept', async () => {
    await install();
    expect(await operatorDeployment()).not.toBe('');
    expect(await kubectl('get', 'agentrole/kept', '-o', 'name')).toContain('kept');
  });
});
