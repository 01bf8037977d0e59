/**
 * Starts a node inside its own network, mount and pid namespaces, and starts and stops its servers when its parent asks.
 * It ends with its parent, and everything in the namespaces with it.
 */
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type ControlPlane, connectControlPlane } from '../connect-control-plane.ts';
import { orThrow, runCommand } from '../run-command.ts';
import type { ServerProcess } from '../server-process.ts';
import { clusterDNS } from './cluster-dns.ts';
import { forwardConnections } from './forward-connections.ts';
import { importImage } from './import-image.ts';
import { nodeAccess } from './node-access.ts';
import { NODE_ADDRESS, NODE_NAME } from './node-network.ts';
import {
  apiSocket,
  type NodePlan,
  type NodeServerName,
  type NodeTimes,
  type SupervisorMessage,
  type SupervisorRequest,
} from './node-plan.ts';
import { nodeServers } from './node-servers.ts';
import { prepareNetwork } from './prepare-network.ts';

const started = performance.now();
const sinceStart = (): number => Math.round(performance.now() - started);
const running = new Map<NodeServerName, ServerProcess>();

function say(message: SupervisorMessage): void {
  process.send?.(message);
}

/** Puts the node's own folders over those that its servers write to by fixed names. */
async function prepareMounts({ folder }: NodePlan): Promise<void> {
  const overlay = join(folder, 'var-lib');
  const [upper, work] = [join(overlay, 'upper'), join(overlay, 'work')];
  await mkdir(upper, { recursive: true });
  await mkdir(work);
  const options = `lowerdir=/var/lib,upperdir=${upper},workdir=${work}`;
  const mounts = [
    ['--make-rshared', '/'],
    ['-t', 'tmpfs', 'tmpfs', '/run'],
    ['-t', 'tmpfs', 'tmpfs', '/var/log'],
    ['-t', 'overlay', 'overlay', '-o', options, '/var/lib'],
  ];
  for (const args of mounts) {
    const environment = { PATH: process.env['PATH'] ?? '' };
    await orThrow(`mount ${args.join(' ')}`, runCommand({ program: 'mount', args, environment }));
  }
  await mkdir('/run/netns');
}

function connectInside(plan: NodePlan, certificateAuthority: string): ControlPlane {
  return connectControlPlane({
    url: `https://${NODE_ADDRESS}:6443`,
    certificateAuthority,
    folder: join(plan.folder, 'inside'),
    tokens: plan.tokens,
    kubectl: join(plan.folder, 'bin/kubectl'),
    controllerManager: true,
  });
}

async function startAll(plan: NodePlan): Promise<NodeTimes> {
  const startServer = nodeServers(plan);
  const start = async (...names: readonly NodeServerName[]): Promise<void> => {
    for (const name of names) running.set(name, await startServer(name));
  };
  process.on('message', (request: SupervisorRequest) => void answer(request, start));
  await prepareMounts(plan);
  await prepareNetwork(plan);
  const network = sinceStart();
  const containerd = start('containerd').then(async () => {
    const [name = ''] = plan.sandboxImage.split('@');
    await importImage({ folder: plan.folder, tar: plan.sandboxArchive, name });
    return sinceStart();
  });
  await start('etcd', 'kube-apiserver');
  // A socket is a file, which is reached from every network namespace.
  await forwardConnections({ path: apiSocket(plan.folder) }, () => connect(6443, NODE_ADDRESS));
  const apiServer = sinceStart();
  await start('kube-controller-manager', 'kube-scheduler', 'internet');
  const images = await containerd;
  const controlPlane = connectInside(plan, plan.certificateAuthority);
  await Promise.all([start('kubelet'), controlPlane.apply([...nodeAccess, ...clusterDNS])]);
  const wait = (what: string): Promise<unknown> =>
    orThrow(
      `waiting for node ${NODE_NAME}`,
      controlPlane.kubectl(['wait', `--for=${what}`, '--timeout=60s', `node/${NODE_NAME}`]),
    );
  await wait('create');
  const registered = sinceStart();
  await start('kube-proxy');
  if (plan.networkPolicyEngine === 'kube-router') await start('kube-router');
  await wait('condition=Ready');
  return { network, apiServer, images, registered, ready: sinceStart() };
}

async function answer(
  { id, action, server }: SupervisorRequest,
  start: (name: NodeServerName) => Promise<void>,
): Promise<void> {
  try {
    if (action === 'start') await start(server);
    else await running.get(server)?.stop(action === 'stop' ? 30_000 : 0);
    say({ id });
  } catch (error) {
    say({ id, error: withCauses(error) });
  }
}

/** An error's message and those of its causes, which do not cross to the parent by themselves. */
function withCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${withCauses(error.cause)}`;
}

process.on('disconnect', () => process.exit());
process.once('message', (plan: NodePlan) => {
  startAll(plan).then(
    (times) => say({ ready: times }),
    (error: unknown) => say({ failed: withCauses(error) }),
  );
});
