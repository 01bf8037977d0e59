import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { kubeconfig } from '../kubeconfig.ts';
import { certificateFile } from '../kube-apiserver.ts';
import type { TestAuthority } from './certificates.ts';
import {
  DECOY_ADDRESSES,
  DNS_ADDRESS,
  NODE_ADDRESS,
  NODE_NAME,
  POD_NETWORK,
  PUBLIC_ADDRESSES,
  PUBLIC_HOST,
} from './node-network.ts';
import { containerdSocket, type NodePlan, seccompFolder } from './node-plan.ts';

/** Users of the API server that only a node has, by their names in {@link NodePlan.tokens}. */
export const NODE_USERS = [
  { name: 'kubelet', user: `system:node:${NODE_NAME}`, groups: ['system:nodes'] },
  { name: 'kube-scheduler', user: 'system:kube-scheduler', groups: [] },
  { name: 'kube-proxy', user: 'system:kube-proxy', groups: [] },
  { name: 'kube-router', user: 'kube-router', groups: [] },
] as const;

/**
 * Sysctls of the whole machine that the kubelet sets where they differ. It sees files with these values instead of
 * them, so that the machine keeps its own.
 */
export const KUBELET_SYSCTLS: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

/** Writes the configuration of every server into the node's folder. */
export async function writeNodeFiles(plan: NodePlan, authority: TestAuthority): Promise<void> {
  const { folder, programs, tokens } = plan;
  const write = (path: string, content: string | object): Promise<void> =>
    writeIn(folder, path, typeof content === 'string' ? content : JSON.stringify(content));
  const url = `https://${NODE_ADDRESS}:6443`;
  const access = (name: string) =>
    kubeconfig({ url, certificateAuthority: authority.certificate, token: tokens[name] ?? '' });
  for (const name of [...NODE_USERS.map((user) => user.name), 'controller-manager']) {
    await write(`${name}.kubeconfig`, access(name));
  }
  await writeCertificates(write, plan, authority);
  for (const [path, value] of Object.entries(KUBELET_SYSCTLS)) await write(`sysctl/${path}`, `${value}\n`);
  await write('containerd.toml', containerdConfiguration(plan));
  await write('kubelet.json', kubeletConfiguration(plan));
  await write('kube-proxy.json', kubeProxyConfiguration(plan));
  await write('cni/10-pods.conflist', networkConfiguration(plan));
  await mkdir(seccompFolder(folder), { recursive: true });
  // The root of a user namespace is nobody here, and has to get to its container's files.
  await mkdir(join(folder, 'containerd'));
  for (const path of [folder, join(folder, 'containerd')]) await chmod(path, 0o711);
  await mkdir(join(folder, 'bin'));
  for (const [name, file] of Object.entries(programs)) await symlink(file, join(folder, 'bin', name));
}

async function writeIn(folder: string, path: string, content: string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content, { mode: 0o600 });
}

type Write = (path: string, content: string | object) => Promise<void>;

async function writeCertificates(
  write: Write,
  { folder }: NodePlan,
  authority: TestAuthority,
): Promise<void> {
  const pairs = {
    // 127.0.0.1 is where the tests reach it from outside.
    'kube-apiserver': await authority.serving([
      'kubernetes.default.svc',
      'kubernetes.default',
      'kubernetes',
      NODE_ADDRESS,
      '10.96.0.1',
      '127.0.0.1',
    ]),
    'kubelet-client': await authority.client('O=system:masters, CN=kube-apiserver-kubelet-client'),
    internet: await authority.serving([PUBLIC_HOST, ...PUBLIC_ADDRESSES, ...DECOY_ADDRESSES]),
  };
  for (const [name, { certificate, privateKey }] of Object.entries(pairs)) {
    await write(`certificates/${name}.crt`, certificate);
    await write(`certificates/${name}.key`, privateKey);
  }
  await write('certificates/authority.crt', authority.certificate);
  // Where the API server would put the certificate that it makes for itself; who waits for it trusts this file.
  await write(certificateFile(folder).slice(folder.length), authority.certificate);
}

function containerdConfiguration({ folder, sandboxImage }: NodePlan): string {
  const runtime = "plugins.'io.containerd.cri.v1.runtime'";
  return `version = 3
root = '${folder}/containerd/root'
state = '${folder}/containerd/state'
disabled_plugins = ['io.containerd.nri.v1.nri', 'io.containerd.internal.v1.opt']
[grpc]
  address = '${containerdSocket(folder)}'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${sandboxImage}'
[${runtime}]
  # A process in a container of its own may not lower its score.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
[${runtime}.cni]
  bin_dirs = ['/usr/lib/cni']
  conf_dir = '${folder}/cni'
[${runtime}.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
  [${runtime}.containerd.runtimes.runc.options]
    BinaryName = '${folder}/bin/runc'
    SystemdCgroup = false
`;
}

function kubeletConfiguration({ folder, cgroup }: NodePlan): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroup}`,
    failSwapOn: false,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${folder}/certificates/authority.crt` },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${containerdSocket(folder)}`,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: 'cluster.local',
    resolvConf: '',
    volumePluginDir: `${folder}/kubelet/volume-plugins`,
    evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%', 'memory.available': '100Mi' },
    localStorageCapacityIsolation: true,
    seccompDefault: true,
  };
}

function kubeProxyConfiguration({ folder }: NodePlan): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    // A Service's first calls would be refused for a second otherwise.
    nftables: { minSyncPeriod: '50ms' },
    clusterCIDR: POD_NETWORK,
    clientConnection: { kubeconfig: `${folder}/kube-proxy.kubeconfig` },
    // These are sysctls of the whole machine.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    hostnameOverride: NODE_NAME,
  };
}

function networkConfiguration({ folder }: NodePlan): object {
  // Point to point: pods have no neighbours that they reach without the node's rules.
  const ipam = {
    type: 'host-local',
    dataDir: `${folder}/ipam`,
    ranges: [[{ subnet: POD_NETWORK }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      { type: 'ptp', ipMasq: false, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}
