import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answersOK } from '../answers-ok.ts';
import { startEtcd } from '../etcd.ts';
import { startKubeApiserver } from '../kube-apiserver.ts';
import { startKubeControllerManager } from '../kube-controller-manager.ts';
import type { ProgramName } from '../programs.ts';
import { type ServerCommand, type ServerProcess, startServer } from '../server-process.ts';
import type { Watchdog } from '../start-watchdog.ts';
import { KUBELET_SYSCTLS } from './node-files.ts';
import { NODE_ADDRESS, NODE_NAME } from './node-network.ts';
import { containerdSocket, type NodePlan, type NodeServerName } from './node-plan.ts';
import { INTERNET_NAMESPACE } from './prepare-network.ts';

/** Starts one of the node's servers and resolves when it can be used. */
export type StartNodeServer = (name: NodeServerName) => Promise<ServerProcess>;

// The pid namespace ends every process with its first one, and the folder is removed from outside.
const watchdog: Watchdog = {
  watch: () => undefined,
  forget: () => undefined,
  folder: () => undefined,
  cgroup: () => undefined,
  close: () => Promise.resolve(),
};

/** The servers of a node, by name; each is started with its command again after it has ended. */
export function nodeServers(plan: NodePlan): StartNodeServer {
  const { folder, tokens } = plan;
  const program = (name: ProgramName): string => join(folder, 'bin', name);
  let etcdURL = '';
  const starts: Record<NodeServerName, () => Promise<ServerProcess>> = {
    etcd: async () => {
      const etcd = await startEtcd({ program: program('etcd'), folder, address: '127.0.0.1', watchdog });
      etcdURL = etcd.url;
      return etcd.process;
    },
    'kube-apiserver': () =>
      startKubeApiserver({
        program: program('kube-apiserver'),
        folder,
        address: NODE_ADDRESS,
        port: 6443,
        etcdURL,
        adminToken: tokens['admin'] ?? '',
        bootstrapped: true,
        flags: apiServerFlags(folder),
        watchdog,
      }),
    'kube-controller-manager': () =>
      startKubeControllerManager({
        program: program('kube-controller-manager'),
        folder,
        kubeconfig: join(folder, 'controller-manager.kubeconfig'),
        certificateAuthorityFile: join(folder, 'certificates/authority.crt'),
        controllers: '*',
        watchdog,
      }),
    'kube-scheduler': () => start(schedulerCommand(folder)),
    containerd: async () => {
      const server = await start(containerdCommand(folder));
      await server.ready(() => accepts(containerdSocket(folder)), 30_000);
      return server;
    },
    kubelet: async () => {
      const server = await start(kubeletCommand(folder));
      await server.ready(() => answersOK('http://127.0.0.1:10248/healthz'), 30_000);
      return server;
    },
    'kube-proxy': () => start(command(folder, 'kube-proxy', [`--config=${folder}/kube-proxy.json`])),
    'kube-router': () => start(kubeRouterCommand(folder)),
    internet: () => start(internetCommand(folder)),
  };
  const start = (what: ServerCommand): Promise<ServerProcess> => startServer(what, watchdog);
  return (name) => starts[name]();
}

function command(folder: string, name: NodeServerName & ProgramName, args: readonly string[]): ServerCommand {
  return { name, program: join(folder, 'bin', name), args, log: join(folder, `${name}.log`) };
}

function apiServerFlags(folder: string): string[] {
  const certificates = join(folder, 'certificates');
  return [
    // On every address, link-local ones among them, as on most clusters.
    '--bind-address=0.0.0.0',
    `--advertise-address=${NODE_ADDRESS}`,
    `--tls-cert-file=${certificates}/kube-apiserver.crt`,
    `--tls-private-key-file=${certificates}/kube-apiserver.key`,
    `--client-ca-file=${certificates}/authority.crt`,
    `--kubelet-client-certificate=${certificates}/kubelet-client.crt`,
    `--kubelet-client-key=${certificates}/kubelet-client.key`,
    '--kubelet-preferred-address-types=InternalIP',
  ];
}

function schedulerCommand(folder: string): ServerCommand {
  const kubeconfig = `${folder}/kube-scheduler.kubeconfig`;
  return command(folder, 'kube-scheduler', [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--cert-dir=${folder}/kube-scheduler`,
  ]);
}

function containerdCommand(folder: string): ServerCommand {
  return {
    ...command(folder, 'containerd', [`--config=${folder}/containerd.toml`]),
    // It looks for its shim on the PATH.
    environment: { TMPDIR: folder, PATH: `${folder}/bin:${process.env['PATH']}` },
  };
}

/**
 * The kubelet, in a mount namespace of its own in which the machine's sysctls read as it wants them. Nothing may be
 * mounted over /proc in the node's own namespace: the kernel then refuses new procfs mounts in user namespaces.
 */
function kubeletCommand(folder: string): ServerCommand {
  const mounts = Object.keys(KUBELET_SYSCTLS).map(
    (path) => `mount --bind '${folder}/sysctl/${path}' '/proc/sys/${path}'`,
  );
  const script = ['mount --make-rprivate /proc', ...mounts, 'exec "$@"'].join(' && ');
  const kubelet = command(folder, 'kubelet', [
    `--config=${folder}/kubelet.json`,
    `--kubeconfig=${folder}/kubelet.kubeconfig`,
    `--hostname-override=${NODE_NAME}`,
    `--root-dir=${folder}/kubelet`,
    `--cert-dir=${folder}/kubelet-certificates`,
    `--node-ip=${NODE_ADDRESS}`,
  ]);
  // Volumes are still mounted where containerd sees them.
  const args = ['--mount', '--propagation', 'unchanged', 'sh', '-c', script, 'sh'];
  return { ...kubelet, program: 'unshare', args: [...args, kubelet.program, ...kubelet.args] };
}

function kubeRouterCommand(folder: string): ServerCommand {
  const kubeRouter = command(folder, 'kube-router', [
    `--kubeconfig=${folder}/kube-router.kubeconfig`,
    '--run-firewall=true',
    '--run-router=false',
    '--run-service-proxy=false',
    '--enable-ipv4=true',
    // With both families, this version enforces nothing for IPv6 (its issues 1653 and 1665).
    '--enable-ipv6=false',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--health-port=0',
    '--metrics-port=20241',
    '--metrics-addr=127.0.0.1',
    '--iptables-sync-period=5m',
  ]);
  return { ...kubeRouter, environment: { NODE_NAME } };
}

function internetCommand(folder: string): ServerCommand {
  const program = fileURLToPath(new URL('internet.ts', import.meta.url));
  return {
    name: 'internet',
    program: 'nsenter',
    args: [`--net=/run/netns/${INTERNET_NAMESPACE}`, process.execPath, program, folder],
    log: join(folder, 'internet.log'),
  };
}

function accepts(socket: string): Promise<boolean> {
  if (!existsSync(socket)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => resolve(true));
    connection.once('error', () => resolve(false));
    connection.once('connect', () => connection.destroy());
  });
}
