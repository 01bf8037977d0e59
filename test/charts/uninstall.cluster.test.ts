import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { buildAgentRole } from '../build/agent-role.ts';
import { minimalTenantIsolation } from '../build/tenant-isolation.ts';
import type { StartedControlPlane } from '../testbed/control-plane.ts';
import { deployedArguments } from '../testbed/deployed-node-flags.ts';
import { CHART } from '../testbed/helm.ts';
import { useInstalledChart, WAIT } from './use-installed-chart.ts';

// Helm, the API server, its controllers and the webhook are real. The kubelet that runs the Job is played by the test.
const ENROLLED = 'kept-agents';
/** What the operator makes in an enrolled namespace. */
const MADE_KINDS = 'networkpolicies,configmaps,secrets,serviceaccounts,rolebindings,pods';
const chart = useInstalledChart({ chart: chartOfBefore });
const { controlPlane, install, kubectl, runRelease, uninstall } = chart;

/** The chart with a kind that was another before. */
async function chartOfBefore({ connection }: StartedControlPlane): Promise<string> {
  const folder = join(connection.folder, 'chart-of-before');
  await cp(CHART, folder, { recursive: true });
  const file = join(folder, 'files', 'crds', 'cloister.dev_agentroles.yaml');
  const now = await readFile(file, 'utf8');
  const before = now.replace(/^ {4}categories:\n/m, '$&      - older\n');
  expect(before).not.toBe(now);
  await writeFile(file, before);
  return folder;
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
  await controlPlane().apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ENROLLED } }]);
  const namespaces = minimalTenantIsolation.spec.namespaces.map((each) => ({ ...each, name: ENROLLED }));
  await controlPlane().apply([
    { ...buildAgentRole(), metadata: { name: 'kept' } },
    {
      ...minimalTenantIsolation,
      metadata: { name: 'kept' },
      spec: { ...minimalTenantIsolation.spec, namespaces: namespaces.slice(0, 1) },
    },
  ]);
  const flags = [
    `--kubeconfig=${controlPlane().kubeconfigFor('operator')}`,
    ...deployedArguments('operator'),
  ];
  const operator = await chart.runner().start('operator', flags);
  await vi.waitFor(async () => {
    const made = await enrolment();
    for (const what of ['cloister.dev/tenant', 'namespace/cloister-t-kept', 'cloister-default-deny'])
      expect(made).toContain(what);
  }, WAIT);
  await operator.process.stop(15_000);
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
    const { code, stderr } = await uninstall(async () => 'Failed');
    expect(code).not.toBe(0);
    expect(stderr).toContain('cloister-release');
    expect(await objectsOfRelease()).toEqual(expect.arrayContaining(before));
    expect(await kubectl('get', 'job/cloister-release', '-o', 'name')).toBe('job.batch/cloister-release');
  });

  test('leaves nothing behind but the kinds, and what people wrote of them', async () => {
    const { code, stdout, stderr } = await uninstall(runRelease);
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
