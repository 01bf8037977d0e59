import { createKubeClient, type KubeClientOptions } from '../kube/client.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import { isKubeError } from '../kube/kube-error.ts';
import { EXIT, type ExitCode, type Terminal } from './command.ts';

/** Runs a command against a cluster. Where the cluster cannot be reached or rejects a call, prints why on standard error. */
export async function useCluster(
  options: Pick<KubeClientOptions, 'kubeconfig' | 'userAgent'>,
  terminal: Terminal,
  use: (client: KubeClient) => Promise<ExitCode>,
): Promise<ExitCode> {
  let client: KubeClient | undefined;
  try {
    client = await createKubeClient(options);
    return await use(client);
  } catch (error) {
    if (!isKubeError(error)) throw error;
    terminal.error(`error: ${error.message}\n`);
    return EXIT.unusable;
  } finally {
    await client?.close();
  }
}
