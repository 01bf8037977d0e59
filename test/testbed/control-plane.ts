import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersOK } from './answers-ok.ts';
import { connectControlPlane } from './connect-control-plane.ts';
import type { ControlPlane } from './connect-control-plane.ts';
import { startEtcd } from './etcd.ts';
import { freePort } from './free-port.ts';
import { certificateFile, startKubeApiserver } from './kube-apiserver.ts';
import type { KubeApiserverOptions } from './kube-apiserver.ts';
import { startKubeControllerManager } from './kube-controller-manager.ts';
import { kubeconfig } from './kubeconfig.ts';
import type { ProgramName } from './programs.ts';
import { providePrograms } from './provide-programs.ts';
import type { ServerProcess } from './server-process.ts';
import { startWatchdog } from './start-watchdog.ts';
import type { Watchdog } from './start-watchdog.ts';
import { drawTokens, tokenFile } from './users.ts';

/** How a control plane is started. */
export interface ControlPlaneOptions {
  /** Whether ServiceAccounts, garbage collection and the like are wanted; true unless told. */
  controllerManager?: boolean;
  /** The address that the API server binds; 127.0.0.1 unless told. */
  address?: string;
  /** Concurrent reads that the API server takes; its own default unless told. */
  maxRequestsInFlight?: number;
  /** Concurrent writes that the API server takes; its own default unless told. */
  maxMutatingRequestsInFlight?: number;
  /** Further flags of kube-apiserver; they win over the testbed's own. */
  apiServerFlags?: readonly string[];
}

/** What can be done to the API server by who started it. */
export interface APIServerFaults {
  /** Kills the API server as a crash would; what it stored stays. */
  stopApiServer(): Promise<void>;
  /** Starts the API server again on the same data, port and certificate. */
  startApiServer(): Promise<void>;
  /** Stops and starts the API server. */
  restartApiServer(): Promise<void>;
  /** Freezes the API server: connections stay open and nothing answers. */
  pauseApiServer(): void;
  /** Lets a frozen API server go on. */
  resumeApiServer(): void;
}

/** A control plane that this process started, and can disturb. */
export interface StartedControlPlane extends ControlPlane, APIServerFaults {
  /** Stops all servers and removes their data. */
  stop(): Promise<void>;
}

/**
 * Starts etcd, kube-apiserver and, unless told otherwise, kube-controller-manager on free loopback ports, and
 * resolves when they can be used: with a controller manager, when the first ServiceAccount is there.
 * Throws `MissingProgramError` where a program can neither be found nor built.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<StartedControlPlane> {
  const controllerManager = options.controllerManager ?? true;
  const programs = await providePrograms(controlPlanePrograms(controllerManager));
  const folder = await mkdtemp(join(tmpdir(), 'cloister-testbed-'));
  const watchdog = startWatchdog();
  watchdog.folder(folder);
  const stop = async (): Promise<void> => {
    await watchdog.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const tokens = await writeSecrets(folder);
    const address = options.address ?? '127.0.0.1';
    const etcd = await startEtcd({ program: programs.path('etcd'), folder, address: '127.0.0.1', watchdog });
    const apiServer = await supervise({
      program: programs.path('kube-apiserver'),
      folder,
      address,
      port: await freePort(address),
      etcdURL: etcd.url,
      adminToken: tokens['admin'] ?? '',
      flags: limits(options),
      watchdog,
    });
    const connection = {
      url: `https://${address}:${apiServer.port}`,
      certificateAuthority: await readFile(certificateFile(folder), 'utf8'),
      folder,
      tokens,
      kubectl: programs.path('kubectl'),
      controllerManager,
    };
    if (controllerManager) {
      await controllersReady(connection, programs.path('kube-controller-manager'), watchdog);
    }
    return { ...connectControlPlane(connection), ...apiServer.faults, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The programs that `startControlPlane` needs. */
export function controlPlanePrograms(controllerManager: boolean): ProgramName[] {
  const needed: ProgramName[] = ['etcd', 'kube-apiserver', 'kubectl'];
  return controllerManager ? [...needed, 'kube-controller-manager'] : needed;
}

function limits(options: ControlPlaneOptions): string[] {
  const { maxRequestsInFlight, maxMutatingRequestsInFlight, apiServerFlags = [] } = options;
  return [
    ...(maxRequestsInFlight === undefined ? [] : [`--max-requests-inflight=${maxRequestsInFlight}`]),
    ...(maxMutatingRequestsInFlight === undefined
      ? []
      : [`--max-mutating-requests-inflight=${maxMutatingRequestsInFlight}`]),
    ...apiServerFlags,
  ];
}

async function writeSecrets(folder: string): Promise<Record<string, string>> {
  const tokens = drawTokens();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const secret = { mode: 0o600 };
  const key = privateKey.export({ type: 'sec1', format: 'pem' });
  await writeFile(join(folder, 'service-account.key'), key, secret);
  await writeFile(join(folder, 'service-account.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(folder, 'tokens.csv'), tokenFile(tokens), secret);
  return tokens;
}

interface SupervisedApiServer {
  port: number;
  faults: APIServerFaults;
}

async function supervise(options: KubeApiserverOptions): Promise<SupervisedApiServer> {
  let server: ServerProcess = await startKubeApiserver(options);
  const stopApiServer = (): Promise<void> => server.stop(0);
  const startApiServer = async (): Promise<void> => {
    if (!server.running) server = await startKubeApiserver(options);
  };
  return {
    port: options.port,
    faults: {
      stopApiServer,
      startApiServer,
      restartApiServer: async () => {
        await stopApiServer();
        await startApiServer();
      },
      pauseApiServer: () => server.signal('SIGSTOP'),
      resumeApiServer: () => server.signal('SIGCONT'),
    },
  };
}

async function controllersReady(
  connection: ControlPlane['connection'],
  program: string,
  watchdog: Watchdog,
): Promise<void> {
  const { url, certificateAuthority, folder, tokens } = connection;
  const path = join(folder, 'kube-controller-manager.kubeconfig');
  const token = tokens['controller-manager'] ?? '';
  await writeFile(path, kubeconfig({ url, certificateAuthority, token }), { mode: 0o600 });
  const server = await startKubeControllerManager({
    program,
    folder,
    kubeconfig: path,
    certificateAuthorityFile: certificateFile(folder),
    watchdog,
  });
  const firstAccount = `${url}/api/v1/namespaces/default/serviceaccounts/default`;
  const asAdmin = { ca: certificateAuthority, token: tokens['admin'] ?? '' };
  await server.ready(() => answersOK(firstAccount, asAdmin), 60_000);
}
