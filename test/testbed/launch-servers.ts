import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiServerFaults, type APIServerFaults } from './api-server-faults.ts';
import type { ControlPlaneConnection } from './connect-control-plane.ts';
import { type EtcdFaults, etcdFaults, startEtcd } from './etcd.ts';
import { freePort } from './free-port.ts';
import { certificateFile, fullyReady, startKubeApiserver } from './kube-apiserver.ts';
import { startKubeControllerManager } from './kube-controller-manager.ts';
import { kubeconfig } from './kubeconfig.ts';
import type { ProvidedPrograms } from './provide-programs.ts';
import type { ServerProcess } from './server-process.ts';
import type { Watchdog } from './start-watchdog.ts';
import { drawTokens, tokenFile } from './users.ts';

/** What a set of servers is launched with. */
export interface Launch {
  programs: ProvidedPrograms;
  /** An empty folder, or one that holds bootstrapped data of etcd. */
  folder: string;
  /** Whether the data of etcd holds what the API server and the controllers make at their first start. */
  bootstrapped: boolean;
  address: string;
  controllerManager: boolean;
  apiServerFlags: readonly string[];
  watchdog: Watchdog;
}

/** The servers that were launched. */
export interface LaunchedServers {
  connection: ControlPlaneConnection;
  faults: APIServerFaults & EtcdFaults;
  etcd: ServerProcess;
  apiServer: ServerProcess;
  /** Settles when the controller manager runs; undefined where none was asked for. */
  controllers: Promise<ServerProcess> | undefined;
}

/** Starts etcd, then kube-apiserver, and kube-controller-manager behind them, which nobody has to wait for. */
export async function launchServers(launch: Launch): Promise<LaunchedServers> {
  const { programs, folder, address, watchdog, bootstrapped, controllerManager } = launch;
  const tokens = await writeSecrets(folder);
  const etcd = await startEtcd({ program: programs.path('etcd'), folder, address: '127.0.0.1', watchdog });
  const apiServerOptions = {
    program: programs.path('kube-apiserver'),
    folder,
    address,
    port: await freePort(address),
    etcdURL: etcd.url,
    adminToken: tokens['admin'] ?? '',
    flags: launch.apiServerFlags,
    bootstrapped,
    watchdog,
  };
  const apiServer = await startKubeApiserver(apiServerOptions);
  const connection = {
    url: `https://${address}:${apiServerOptions.port}`,
    certificateAuthority: await readFile(certificateFile(folder), 'utf8'),
    folder,
    tokens,
    kubectl: programs.path('kubectl'),
    controllerManager,
  };
  const startControllers = async (): Promise<ServerProcess> => {
    // It asks for health once a second: started before the server is fully ready, it would start later.
    await fullyReady(apiServer, apiServerOptions);
    return startControllerManager(connection, programs.path('kube-controller-manager'), watchdog);
  };
  return {
    connection,
    faults: { ...apiServerFaults(apiServer, apiServerOptions), ...etcdFaults(etcd) },
    etcd: etcd.process,
    apiServer,
    controllers: controllerManager ? startControllers() : undefined,
  };
}

/** Writes the tokens of the users and the key of ServiceAccount tokens into the folder; gives the tokens by short name. */
export async function writeSecrets(folder: string): Promise<Record<string, string>> {
  const tokens = drawTokens();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const secret = { mode: 0o600 };
  const key = privateKey.export({ type: 'sec1', format: 'pem' });
  await writeFile(join(folder, 'service-account.key'), key, secret);
  await writeFile(join(folder, 'service-account.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(folder, 'tokens.csv'), tokenFile(tokens), secret);
  return tokens;
}

async function startControllerManager(
  { url, certificateAuthority, folder, tokens }: ControlPlaneConnection,
  program: string,
  watchdog: Watchdog,
): Promise<ServerProcess> {
  const path = join(folder, 'kube-controller-manager.kubeconfig');
  const token = tokens['controller-manager'] ?? '';
  await writeFile(path, kubeconfig({ url, certificateAuthority, token }), { mode: 0o600 });
  return startKubeControllerManager({
    program,
    folder,
    kubeconfig: path,
    certificateAuthorityFile: certificateFile(folder),
    watchdog,
  });
}
