import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDocuments } from '../../src/lib/yaml/read-documents.ts';
import { CHECKS } from '../../src/policy/admission/checks/index.ts';
import { evaluateContract } from '../../src/policy/admission/evaluate-contract.ts';
import { createPodSubject } from '../../src/policy/pod/pod-subject.ts';
import { findPod } from '../../src/policy/pod/pod-template.ts';
import { INSTALLER_LABELS } from '../../src/policy/seccomp/prepared-nodes.ts';
import { buildReviewContext, buildRolePolicy } from '../build/review-context.ts';
import { providePrograms } from '../testbed/provide-programs.ts';
import { runCommand } from '../testbed/run-command.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';

const CHART = join(import.meta.dirname, '..', '..', 'charts', 'cloister');
const INSTALLER = 'cloister-seccomp-installer';
const controlPlane = useControlPlane();
const home = mkdtempSync(join(tmpdir(), 'cloister-chart-'));
let helm = '';

type Manifest = Record<string, unknown> & { kind: string; metadata: { name: string } };

async function template(...settings: readonly string[]) {
  const flags = settings.flatMap((setting) => ['--set', setting]);
  const args = ['template', 'cloister', CHART, '-n', 'cloister-system', ...flags];
  return runCommand({
    program: helm,
    args,
    environment: { HOME: home, KUBECONFIG: controlPlane.kubeconfig },
  });
}

/** The objects of the installer, rendered with these values. */
async function render(...settings: readonly string[]): Promise<readonly Manifest[]> {
  const { code, stdout, stderr } = await template(...settings);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const manifests = [...readDocuments(stdout, { file: 'chart' })].map((document) => {
    if ('error' in document) throw new Error(document.error);
    return document.object as Manifest;
  });
  return manifests.filter(({ metadata }) => metadata.name === INSTALLER);
}

async function podOf(...settings: readonly string[]) {
  const manifests = await render('seccomp.install=true', ...settings);
  const found = findPod(manifests.find(({ kind }) => kind === 'DaemonSet') ?? {});
  if (found === null) throw new Error('there is no DaemonSet');
  return found.pod;
}

beforeAll(async () => {
  helm = (await providePrograms(['helm'])).path('helm');
});
afterAll(() => rm(home, { recursive: true, force: true }));

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
    const { code, stderr } = await template('seccomp.install=true', `seccomp.kubeletRoot=${folder}`);
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
