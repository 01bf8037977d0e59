import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionOptions } from './connection.ts';
import { findKubeconfigs, loadKubeconfig } from './kubeconfig.ts';
import { SERVICE_ACCOUNT_FOLDER } from './service-account.ts';

const DEFAULT_NAMESPACE = 'default';

/**
 * Returns the namespace that kubectl would use: that of the kubeconfig's context, or of the pod. Throws a KubeError with
 * reason `Configuration` where the kubeconfig cannot be read.
 */
export async function currentNamespace(options: ConnectionOptions): Promise<string> {
  const { kubeconfig, environment = process.env, serviceAccountFolder = SERVICE_ACCOUNT_FOLDER } = options;
  const files = kubeconfig === undefined ? findKubeconfigs(environment) : [kubeconfig];
  if (files.length > 0) {
    const config = await loadKubeconfig(files);
    return config.getContextObject(config.getCurrentContext())?.namespace || DEFAULT_NAMESPACE;
  }
  const text = await readFile(join(serviceAccountFolder, 'namespace'), 'utf8').catch(() => '');
  return text.trim() || DEFAULT_NAMESPACE;
}
