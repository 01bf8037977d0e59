import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKS } from '../../src/policy/admission/checks/index.ts';
import { evaluateContract } from '../../src/policy/admission/evaluate-contract.ts';
import { createPodSubject } from '../../src/policy/pod/pod-subject.ts';
import { findPod } from '../../src/policy/pod/pod-template.ts';
import { INSTALLER_LABELS } from '../../src/policy/seccomp/prepared-nodes.ts';
import { buildReviewContext, buildRolePolicy } from '../build/review-context.ts';
import { type Helm, prepareHelm } from '../testbed/helm.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { type Manifest, renderChart, templateChart } from './render-chart.ts';

const INSTALLER = 'cloister-seccomp-installer';
const controlPlane = useControlPlane();
let helm: Helm;

/** The objects of the installer, rendered with these values. */
async function render(...settings: readonly string[]): Promise<readonly Manifest[]> {
  const manifests = await renderChart(helm, settings);
  return manifests.filter(({ metadata }) => metadata.name === INSTALLER);
}

async function podOf(...settings: readonly string[]) {
  const manifests = await render('seccomp.install=true', ...settings);
  const found = findPod(manifests.find(({ kind }) => kind === 'DaemonSet') ?? {});
  if (found === null) throw new Error('there is no DaemonSet');
  return found.pod;
}

beforeAll(async () => {
  helm = await prepareHelm(controlPlane.kubeconfig);
});
afterAll(() => helm.remove());

test('nothing is installed on nodes by default', async () => {
  expect(await render()).toEqual([]);
});

test('the installer has no right, no token and no network but its probes', async () => {
  const manifests = await render('seccomp.install=true');
  expect(manifests.map(({ kind }) => kind).toSorted()).toEqual([
    'DaemonSet',
    'NetworkPolicy',
    'ServiceAccount',
  ]);
  const policy = manifests.find(({ kind }) => kind === 'NetworkPolicy');
  expect(policy?.['spec']).toMatchObject({
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ ports: [{ protocol: 'TCP', port: 'probes' }] }],
    egress: [],
  });
  expect((await podOf()).spec).toMatchObject({ automountServiceAccountToken: false });
});

test.for([
  ['the default folder', [], '/var/lib/kubelet/seccomp/cloister'],
  [
    'another root of the kubelet',
    ['seccomp.kubeletRoot=/data/kubelet/seccomp/'],
    '/data/kubelet/seccomp/cloister',
  ],
] as const)('the installer sees one folder of the node: %s', async ([, settings, path]) => {
  const { spec } = await podOf(...settings);
  expect(spec?.volumes).toEqual([{ name: 'profiles', hostPath: { path, type: 'DirectoryOrCreate' } }]);
});

test('the installer breaks the contract by its folder and its user, and by nothing else', async () => {
  const pod = await podOf(`image.digest=sha256:${'ab'.repeat(32)}`);
  const role = buildRolePolicy({ runAsUser: 65_532 });
  const context = buildReviewContext({ role, namespace: 'cloister-system' });
  const violations = evaluateContract(CHECKS, createPodSubject(pod), context);
  const own = ['host-path', 'run-as-non-root', 'run-as-user'];
  // What agents have and the programs of Cloister do not: a role, and the nodes and images that it lists.
  const ofAgents = ['dns', 'image-policy', 'node-placement', 'role', 'start-gate'];
  expect([...new Set(violations.map(({ check }) => check))].toSorted()).toEqual(
    [...own, ...ofAgents].toSorted(),
  );
});

test('the pods have the labels by which the operator finds them', async () => {
  expect((await podOf()).metadata?.labels).toMatchObject(INSTALLER_LABELS);
});

test.for(['relative/seccomp', '/', '/var/lib/../etc', '/var//lib', '/var/lib/kubelet/.hidden', ''])(
  'kubeletRoot "%s" is refused',
  async (folder) => {
    const { code, stderr } = await templateChart(helm, [
      'seccomp.install=true',
      `seccomp.kubeletRoot=${folder}`,
    ]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('kubeletRoot');
  },
);

test('is accepted by the API server', async () => {
  await controlPlane.kubectl(['create', 'namespace', 'cloister-system']);
  const list = { apiVersion: 'v1', kind: 'List', items: await render('seccomp.install=true') };
  const args = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'];
  const { code, stderr } = await controlPlane.kubectl(args, { input: JSON.stringify(list) });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
