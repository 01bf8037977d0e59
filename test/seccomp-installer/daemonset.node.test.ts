import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { profileFile } from '../../src/policy/seccomp/compile-profile.ts';
import { missingProfile, type InstallerPod, preparedNodes } from '../../src/policy/seccomp/prepared-nodes.ts';
import { SECCOMP_PROFILES } from '../../src/policy/seccomp/profiles.ts';
import { renderChart } from '../charts/render-chart.ts';
import { prepareHelm } from '../testbed/helm.ts';
import { provideImages } from '../testbed/node/built-images.ts';
import { NODE_NAME } from '../testbed/node/node-network.ts';
import { seccompFolder } from '../testbed/node/node-plan.ts';
import { startNode, type StartedNode } from '../testbed/node/start-node.ts';
import { testPod } from '../testbed/node/test-pods.ts';
import { orThrow } from '../testbed/run-command.ts';

const SYSTEM = 'cloister-system';
const REPOSITORY = 'packages.example.com/cloister/cloister';
const INSTALLER = 'cloister-seccomp-installer';
const PROFILE = 'python-agent';

let node: StartedNode;
let namespace: string;
/** The folder of the node that the installer writes to. */
let profiles: string;

beforeAll(async () => {
  node = await startNode();
  namespace = await node.createNamespace('agents', { 'pod-security.kubernetes.io/enforce': 'restricted' });
  profiles = join(seccompFolder(node.folder), 'cloister');
});

afterAll(() => node?.stop());

const kubectl = async (...args: readonly string[]): Promise<string> =>
  (await orThrow(`kubectl ${args.join(' ')}`, node.kubectl(args))).stdout;

/** Imports the image, and renders the objects of the installer for this node. */
async function renderInstaller(): Promise<readonly object[]> {
  const { cloister } = await provideImages();
  await node.importImage(cloister.archive, REPOSITORY);
  const objects = await renderChart(await prepareHelm(node.kubeconfig, node.folder), [
    `image.repository=${REPOSITORY}`,
    `image.digest=${cloister.digest}`,
    'image.pullPolicy=Never',
    'seccomp.install=true',
    `seccomp.kubeletRoot=${seccompFolder(node.folder)}`,
  ]);
  return objects.filter(({ metadata }) => metadata.name === INSTALLER);
}

async function installerPods(): Promise<readonly InstallerPod[]> {
  const selector = '--selector=app.kubernetes.io/component=seccomp-installer';
  const list = await kubectl('get', 'pods', `--namespace=${SYSTEM}`, selector, '--output=json');
  return (JSON.parse(list) as { items: readonly InstallerPod[] }).items;
}

async function whyWaiting(): Promise<string | null> {
  const nodes = preparedNodes(await installerPods());
  return missingProfile({ profile: PROFILE, preparedNodes: nodes, eligibleNodes: [NODE_NAME] });
}

const installed = (): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(profiles).map((name) => [name, readFileSync(join(profiles, name), 'utf8')]));

test('a pod waits for its profile, and starts under it once the installer is ready', async () => {
  const seccompProfile = { type: 'Localhost', localhostProfile: `cloister/${PROFILE}.json` };
  await node.apply([testPod(node.testImage, { namespace, name: 'agent', seccompProfile })]);
  const waiting = '--output=jsonpath={.status.containerStatuses[0].state.waiting.message}';
  await expect
    .poll(() => kubectl('get', 'pod/agent', `--namespace=${namespace}`, waiting), { timeout: 30_000 })
    .toContain('cannot load seccomp profile');
  expect(await whyWaiting()).toContain('is on no node');

  await kubectl('create', 'namespace', SYSTEM);
  await node.apply(await renderInstaller());
  await kubectl('rollout', 'status', `daemonset/${INSTALLER}`, `--namespace=${SYSTEM}`, '--timeout=60s');
  await expect.poll(whyWaiting, { timeout: 30_000 }).toBeNull();
  expect(installed()).toEqual(
    Object.fromEntries(SECCOMP_PROFILES.map((one) => [`${one.name}.json`, profileFile(one)])),
  );

  await kubectl('wait', '--for=condition=Ready', 'pod/agent', `--namespace=${namespace}`, '--timeout=60s');
  const exec = async (...command: string[]) => node.exec({ namespace, pod: 'agent' }, command);
  expect((await exec('cat', '/proc/self/status')).stdout).toContain('Seccomp:\t2');
  // Without the profile an unprivileged process may make a user namespace.
  expect((await exec('unshare', '-r', 'true')).stderr).toContain('Operation not permitted');
});

test('every profile is loaded by the kubelet and starts a program', async () => {
  const pods = SECCOMP_PROFILES.map(({ name }) => {
    const seccompProfile = { type: 'Localhost', localhostProfile: `cloister/${name}.json` };
    return testPod(node.testImage, { namespace, name: `with-${name}`, seccompProfile });
  });
  await node.apply(pods);
  const names = SECCOMP_PROFILES.map(({ name }) => `pod/with-${name}`);
  await kubectl('wait', '--for=condition=Ready', ...names, `--namespace=${namespace}`, '--timeout=90s');
});

test('the installer runs without capabilities and sees only its folder of the node', async () => {
  const [pod] = (await installerPods()) as readonly { metadata: { name: string } }[];
  const run = (script: string) =>
    node.exec({ namespace: SYSTEM, pod: pod?.metadata.name ?? '' }, ['node', '-p', script]);
  const status = (await run("fs.readFileSync('/proc/self/status', 'utf8')")).stdout;
  expect(status).toContain('CapEff:\t0000000000000000');
  expect(status).toContain('NoNewPrivs:\t1');
  const mounts = (await run("fs.readFileSync('/proc/self/mounts', 'utf8')")).stdout;
  expect(mounts).toMatch(/ \/seccomp /);
  expect(mounts).not.toContain('/var/run/secrets');
  expect((await run("fs.writeFileSync('/file', '')")).stderr).toContain('EROFS');
});
