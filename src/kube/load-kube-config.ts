import type { KubeConfig as Configuration } from '@kubernetes/client-node';
import { KubeConfig } from './kube-config.ts';
import { KubeError } from './kube-error.ts';

/** Which cluster to talk to and as whom. */
export interface KubeConfigSource {
  /** A kubeconfig file; left out: $KUBECONFIG, ~/.kube/config, then the pod's own ServiceAccount. */
  readonly kubeconfig?: string;
  /** A context of that kubeconfig other than the current one. */
  readonly context?: string;
}

/** Reads the kubeconfig. Throws a KubeError with reason `Configuration` that says what is missing. */
export function loadKubeConfig(source: KubeConfigSource): Configuration {
  const config = new KubeConfig();
  const where = source.kubeconfig ?? 'the default kubeconfig';
  try {
    if (source.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(source.kubeconfig);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new KubeError(`cannot read ${where}: ${said}`, { reason: 'Configuration', cause });
  }
  if (source.context !== undefined) config.setCurrentContext(source.context);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    const message = `${where} has no cluster for the context "${config.getCurrentContext()}": choose another context`;
    throw new KubeError(message, { reason: 'Configuration' });
  }
  // Where nothing is found, client-node falls back to an address that no cluster of today serves.
  if (source.kubeconfig === undefined && server === 'http://localhost:8080') {
    const message = 'no cluster is configured: set KUBECONFIG, or run in a pod with a ServiceAccount token';
    throw new KubeError(message, { reason: 'Configuration' });
  }
  return config;
}
