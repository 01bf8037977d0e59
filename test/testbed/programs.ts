/** One program of the testbed: where it is built from and which others may stand in for it. */
export interface Program {
  /** File name of the program. */
  name: ProgramName;
  /** Folder under `modules/` whose go.mod and go.sum pin it. */
  module: string;
  /** Go package that is built. */
  package: string;
  /** The version that the module pins. */
  version: string;
  /** An installed program stands in when it has the same major, or major and minor, version. */
  fits: 'Major' | 'Minor';
  /** Arguments that make it print its version. */
  versionArgs: readonly string[];
  /** Linker flags beside `-s -w`. */
  ldflags: readonly string[];
  /** Go build tags. */
  tags?: readonly string[];
  /** For a program that is linked against C libraries: the packages of Debian that its build needs. */
  cgo?: string;
}

/** Names of the programs that can be asked for. */
export type ProgramName = ControlPlaneProgramName | NodeProgramName | VaultProgramName;

/** What runs without a node. */
export type ControlPlaneProgramName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kubectl'
  | 'helm';

/** What a node adds. */
export type NodeProgramName =
  | 'runc'
  | 'containerd'
  | 'containerd-shim-runc-v2'
  | 'ctr'
  | 'kube-scheduler'
  | 'kubelet'
  | 'kube-proxy'
  | 'kube-router';

/** Vault, and the plugins that a Vault of the PATH has built in. */
export type VaultProgramName = 'vault' | VaultPluginName;

/** The plugins of Vault. */
export type VaultPluginName = 'vault-plugin-auth-kubernetes' | 'postgresql-database-plugin';

const kubernetesVersion = '1.37.2';

// A module build carries no version of itself, and Helm compares the server's with a chart's `kubeVersion`.
const kubernetesFlags = [
  `-X k8s.io/component-base/version.gitVersion=v${kubernetesVersion}`,
  '-X k8s.io/component-base/version.gitMajor=1',
  '-X k8s.io/component-base/version.gitMinor=37',
];

function kubernetesProgram(name: ProgramName, versionArgs: readonly string[]): Program {
  return {
    name,
    module: 'kubernetes',
    package: `k8s.io/kubernetes/cmd/${name}`,
    version: kubernetesVersion,
    fits: 'Minor',
    versionArgs,
    ldflags: kubernetesFlags,
  };
}

function containerdProgram(name: ProgramName, versionArgs: readonly string[]): Program {
  return {
    name,
    module: 'containerd',
    package: `github.com/containerd/containerd/v2/cmd/${name}`,
    version: '2.4.2',
    fits: 'Minor',
    versionArgs,
    ldflags: [],
    // Its snapshotter would need the headers of btrfs.
    tags: ['no_btrfs'],
  };
}

function vaultProgram(name: VaultProgramName, goPackage: string): Program {
  return {
    name,
    module: 'vault',
    package: `github.com/hashicorp/${goPackage}`,
    version: '1.21.1',
    fits: 'Minor',
    // A plugin ends at once without a version, so that one of the PATH is never taken.
    versionArgs: ['version'],
    ldflags: [],
    // Without the web console, the clouds' storage and the plugins.
    tags: ['minimal'],
  };
}

/** The programs of a control plane, in the order in which they are built. */
export const controlPlanePrograms: readonly Program[] = [
  {
    name: 'etcd',
    module: 'etcd',
    package: 'go.etcd.io/etcd/server/v3',
    version: '3.7.3',
    fits: 'Minor',
    versionArgs: ['--version'],
    ldflags: [],
  },
  kubernetesProgram('kube-apiserver', ['--version']),
  kubernetesProgram('kubectl', ['version', '--client']),
  kubernetesProgram('kube-controller-manager', ['--version']),
  {
    name: 'helm',
    module: 'helm',
    package: 'helm.sh/helm/v4/cmd/helm',
    version: '4.3.1',
    fits: 'Major',
    versionArgs: ['version', '--short'],
    ldflags: [],
  },
];

/** The programs that a node adds, in the order in which they are built. */
export const nodePrograms: readonly Program[] = [
  {
    name: 'runc',
    module: 'runc',
    package: 'github.com/opencontainers/runc',
    version: '1.5.2',
    fits: 'Minor',
    versionArgs: ['--version'],
    ldflags: [],
    tags: ['seccomp'],
    cgo: 'gcc libc6-dev pkg-config libseccomp-dev',
  },
  containerdProgram('containerd', ['--version']),
  containerdProgram('containerd-shim-runc-v2', ['-v']),
  containerdProgram('ctr', ['--version']),
  kubernetesProgram('kube-scheduler', ['--version']),
  kubernetesProgram('kubelet', ['--version']),
  kubernetesProgram('kube-proxy', ['--version']),
  {
    name: 'kube-router',
    module: 'kube-router',
    package: 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router',
    version: '2.1.0',
    fits: 'Minor',
    versionArgs: ['--version'],
    ldflags: ['-X github.com/cloudnativelabs/kube-router/v2/pkg/version.Version=v2.1.0'],
  },
];

/** Vault and its plugins, in the order in which they are built. */
export const vaultPrograms: readonly Program[] = [
  vaultProgram('vault', 'vault'),
  vaultProgram(
    'vault-plugin-auth-kubernetes',
    'vault-plugin-auth-kubernetes/cmd/vault-plugin-auth-kubernetes',
  ),
  vaultProgram('postgresql-database-plugin', 'vault/plugins/database/postgresql/postgresql-database-plugin'),
];

/** All programs. */
export const programs: readonly Program[] = [...controlPlanePrograms, ...nodePrograms, ...vaultPrograms];
