import { appendFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { copyBootstrappedData } from '../bootstrapped-data.ts';
import { type ControlPlane, connectControlPlane } from '../connect-control-plane.ts';
import { writeSecrets } from '../launch-servers.ts';
import type { ProvidedPrograms } from '../provide-programs.ts';
import { type CommandResult, runCommand } from '../run-command.ts';
import { startWatchdog, type Watchdog } from '../start-watchdog.ts';
import { createTestAuthority } from './certificates.ts';
import { createCgroups } from './cgroups.ts';
import { execInContainer, type ContainerReference } from './exec-in-container.ts';
import { forwardConnections } from './forward-connections.ts';
import { importImage } from './import-image.ts';
import { NODE_USERS, writeNodeFiles } from './node-files.ts';
import { type NodeNamespaces, startNamespaces } from './node-namespaces.ts';
import {
  apiSocket,
  type NetworkPolicyEngine,
  type NodePlan,
  type NodeTimes,
  seccompFolder,
} from './node-plan.ts';
import { NODE_PROGRAMS, provideNodePrograms } from './provide-node-programs.ts';
import { INTERNET_NAMESPACE } from './prepare-network.ts';
import type { Reached } from './reached.ts';
import { reboot } from './reboot.ts';
import { testImage } from './test-image.ts';

/** How a node differs from the usual one. */
export interface NodeOptions {
  /** `kube-router` unless set. */
  readonly networkPolicyEngine?: NetworkPolicyEngine;
  /** Whether pods are kept from the node's link-local IPv6 addresses, which no NetworkPolicy does; true unless set. */
  readonly linkLocalGuard?: boolean;
}

/** A Kubernetes cluster of one real node that this process started. */
export interface StartedNode extends ControlPlane {
  /** Where logs, volumes and images are kept until the node is stopped. */
  readonly folder: string;
  readonly times: NodeTimes;
  /** An image of BusyBox, imported, as pods name it. */
  readonly testImage: string;
  /** Imports an OCI archive; gives `NAME@DIGEST`, which pods name with `imagePullPolicy: Never`. */
  readonly importImage: (tar: string, name: string) => Promise<string>;
  /** Runs a command in a container of a pod, with its user and limits, past the API server. */
  readonly exec: (container: ContainerReference, command: readonly string[]) => Promise<CommandResult>;
  /** Runs a command as root on the node. */
  readonly run: (command: readonly string[]) => Promise<CommandResult>;
  /** Runs a command as root in the network namespace that plays the internet. */
  readonly runOnInternet: (command: readonly string[]) => Promise<CommandResult>;
  /** What came through to the internet and the decoys so far. */
  readonly reached: () => Promise<readonly Reached[]>;
  /** Puts a seccomp profile where pods name it as `localhostProfile: PATH`. */
  readonly writeSeccompProfile: (path: string, profile: object) => Promise<void>;
  readonly restartKubelet: () => Promise<void>;
  readonly restartContainerd: () => Promise<void>;
  /** Ends kubelet, containerd and every container, as a loss of power would, and starts kubelet and containerd again. */
  readonly reboot: () => Promise<void>;
  /** Kills kube-router as a crash would; what it enforced stays, and new pods are open. */
  readonly killKubeRouter: () => Promise<void>;
  readonly startKubeRouter: () => Promise<void>;
  /** Ends all processes, and removes everything that was made for the node; it may be called again. */
  readonly stop: () => Promise<void>;
}

const TEST_IMAGE_NAME = 'testbed.example.com/busybox';

/** Starts a node from nothing and resolves when it is ready. Throws `MissingProgramError` where there can be none. */
export async function startNode(options: NodeOptions = {}): Promise<StartedNode> {
  const programs = await provideNodePrograms();
  const folder = await mkdtemp(join(tmpdir(), 'cloister-node-'));
  const watchdog = startWatchdog();
  watchdog.folder(folder);
  try {
    const plan = await prepare(folder, programs, options);
    const bootstrap = { address: '127.0.0.1', controllerManager: true, apiServerFlags: [] };
    await copyBootstrappedData({ programs, folder, watchdog, ...bootstrap });
    for (const path of await createCgroups(plan.cgroup)) watchdog.cgroup(path);
    const namespaces = await startNamespaces(plan, watchdog);
    return await connectNode(plan, namespaces, watchdog);
  } catch (error) {
    await watchdog.close();
    throw error;
  }
}

async function prepare(folder: string, programs: ProvidedPrograms, options: NodeOptions): Promise<NodePlan> {
  const { networkPolicyEngine = 'kube-router', linkLocalGuard = true } = options;
  const authority = await createTestAuthority();
  const tokens = await writeSecrets(folder);
  for (const { name, user, groups } of NODE_USERS) {
    const token = randomBytes(24).toString('base64url');
    tokens[name] = token;
    await appendFile(join(folder, 'tokens.csv'), `${token},${user},testbed-${name},"${groups.join(',')}"\n`);
  }
  const image = testImage();
  await writeFile(join(folder, 'busybox.tar'), image.tar);
  const plan = {
    folder,
    cgroup: basename(folder),
    programs: Object.fromEntries(NODE_PROGRAMS.map((name) => [name, programs.path(name)])),
    tokens,
    networkPolicyEngine,
    linkLocalGuard,
    sandboxImage: `${TEST_IMAGE_NAME}@${image.digest}`,
    sandboxArchive: join(folder, 'busybox.tar'),
    certificateAuthority: authority.certificate,
  };
  await mkdir(join(folder, 'inside'));
  await writeNodeFiles(plan, authority);
  return plan;
}

async function connectNode(
  plan: NodePlan,
  namespaces: NodeNamespaces,
  watchdog: Watchdog,
): Promise<StartedNode> {
  const { folder, tokens, certificateAuthority } = plan;
  // No interface and no route is made on the machine: a port of its loopback leads to the API server.
  const loopback = { host: '127.0.0.1', port: 0 };
  const door = await forwardConnections(loopback, () => connect(apiSocket(folder)));
  const controlPlane = connectControlPlane({
    url: `https://127.0.0.1:${(door.address() as AddressInfo).port}`,
    certificateAuthority,
    folder,
    tokens,
    kubectl: join(folder, 'bin/kubectl'),
    controllerManager: true,
  });
  const run = ([...command]: readonly string[]): Promise<CommandResult> => {
    const [program = '', ...args] = [...namespaces.enter, ...command];
    return runCommand({ program, args, environment: {} });
  };
  return {
    ...controlPlane,
    folder,
    times: namespaces.times,
    testImage: plan.sandboxImage,
    importImage: (tar, name) => importImage({ folder, tar, name, enter: namespaces.enter }),
    exec: (container, command) => execInContainer({ controlPlane, folder, run }, container, command),
    run,
    runOnInternet: (command) => run(['nsenter', `--net=/run/netns/${INTERNET_NAMESPACE}`, ...command]),
    reached: async () => readReached(folder),
    writeSeccompProfile: (path, profile) => writeProfile(join(seccompFolder(folder), path), profile),
    restartKubelet: () => restart(namespaces, 'kubelet'),
    restartContainerd: () => restart(namespaces, 'containerd'),
    reboot: () => reboot(namespaces, plan),
    killKubeRouter: () => namespaces.ask('kill', 'kube-router'),
    startKubeRouter: () => namespaces.ask('start', 'kube-router'),
    stop: async () => {
      door.close();
      await namespaces.stop();
      // It removes the cgroups and the folder, as it would had this process been killed.
      await watchdog.close();
    },
  };
}

async function restart({ ask }: NodeNamespaces, server: 'kubelet' | 'containerd'): Promise<void> {
  await ask('stop', server);
  await ask('start', server);
}

async function readReached(folder: string): Promise<readonly Reached[]> {
  const lines = (await readFile(join(folder, 'internet.log'), 'utf8')).split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Reached);
}

async function writeProfile(file: string, profile: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(profile));
}
