import { join } from 'node:path';
import { type ServerProcess, startServer } from './server-process.ts';
import type { Watchdog } from './start-watchdog.ts';

/** What kube-controller-manager needs to start. */
export interface KubeControllerManagerOptions {
  program: string;
  /** The testbed's temporary folder; it holds `service-account.key`. */
  folder: string;
  /** A kubeconfig for `system:kube-controller-manager`. */
  kubeconfig: string;
  /** PEM file published to namespaces as `kube-root-ca.crt`. */
  certificateAuthorityFile: string;
  /** Which controllers run; without those that need nodes, volumes or a cloud unless set. */
  controllers?: string;
  watchdog: Watchdog;
}

/**
 * Left out: what needs nodes, volumes or a cloud. Pod garbage collection among them, since it would delete the
 * pods that tests bind to a node that is not there.
 */
const withoutControllers = [
  'pod-garbage-collector-controller',
  'node-ipam-controller',
  'node-lifecycle-controller',
  'taint-eviction-controller',
  'device-taint-eviction-controller',
  'horizontal-pod-autoscaler-controller',
  'persistentvolume-binder-controller',
  'persistentvolume-attach-detach-controller',
  'persistentvolume-expander-controller',
  'persistentvolume-protection-controller',
  'persistentvolumeclaim-protection-controller',
  'ephemeral-volume-controller',
];

/** Starts kube-controller-manager; what tells that it works is what it makes. */
export function startKubeControllerManager(options: KubeControllerManagerOptions): Promise<ServerProcess> {
  const { program, folder, kubeconfig, certificateAuthorityFile, watchdog } = options;
  const { controllers = `*,${withoutControllers.map((name) => `-${name}`).join(',')}` } = options;
  return startServer(
    {
      name: 'kube-controller-manager',
      program,
      args: [
        `--kubeconfig=${kubeconfig}`,
        `--service-account-private-key-file=${join(folder, 'service-account.key')}`,
        `--root-ca-file=${certificateAuthorityFile}`,
        // Each controller acts as its own ServiceAccount, as on a real cluster.
        '--use-service-account-credentials=true',
        `--controllers=${controllers}`,
        '--leader-elect=false',
        '--secure-port=0',
        '--kube-api-qps=500',
        '--kube-api-burst=1000',
        '--profiling=false',
      ],
      log: join(folder, 'kube-controller-manager.log'),
    },
    watchdog,
  );
}
