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
}

/** Names of the programs that can be asked for. */
export type ProgramName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kubectl' | 'helm';

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

/** All programs, in the order in which they are built. */
export const programs: readonly Program[] = [
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
