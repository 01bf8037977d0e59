import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answersOK } from './answers-ok.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import type { Watchdog } from './start-watchdog.ts';

/** What kube-apiserver needs to start; the same options start it again on the same data and port. */
export interface KubeApiserverOptions {
  program: string;
  /** The testbed's temporary folder; it holds `tokens.csv`, `service-account.key` and `service-account.pub`. */
  folder: string;
  address: string;
  port: number;
  etcdURL: string;
  adminToken: string;
  /** Whether the data holds the API server's own roles and priority classes already. */
  bootstrapped: boolean;
  /** Further flags, last on the command line, so that they win. */
  flags: readonly string[];
  watchdog: Watchdog;
}

/** The certificate that kube-apiserver made for itself, which is also the authority to trust. */
export const certificateFile = (folder: string): string => join(folder, 'apiserver', 'apiserver.crt');

/** The network that cluster IPs are taken from. */
export const serviceNetwork = '10.96.0.0/16';

/** Starts kube-apiserver and resolves when it can be used. */
export async function startKubeApiserver(options: KubeApiserverOptions): Promise<ServerProcess> {
  const { program, folder, watchdog, bootstrapped } = options;
  const server = await startServer(
    {
      name: 'kube-apiserver',
      program,
      args: args(options),
      log: join(folder, 'kube-apiserver.log'),
      // A tenth less work at the start, for 50 MB.
      environment: { GOGC: '200' },
    },
    watchdog,
  );
  await until(server, options, bootstrapped ? `/readyz?${bootstrapChecks}` : '/readyz');
  return server;
}

// What these write is there already, and they first wait for a second.
const bootstrapChecks = ['rbac/bootstrap-roles', 'scheduling/bootstrap-system-priority-classes']
  .map((hook) => `exclude=poststarthook/${hook}`)
  .join('&');

/** Resolves when every check of a server that was started passes. */
export function fullyReady(server: ServerProcess, options: KubeApiserverOptions): Promise<void> {
  return until(server, options, '/healthz');
}

async function until(server: ServerProcess, options: KubeApiserverOptions, path: string): Promise<void> {
  const { folder, address, port, adminToken } = options;
  let authority: string | undefined;
  await server.ready(async () => {
    if (authority === undefined && !existsSync(certificateFile(folder))) return false;
    authority ??= await readFile(certificateFile(folder), 'utf8');
    return answersOK(`https://${address}:${port}${path}`, { ca: authority, token: adminToken });
  }, 60_000);
}

function args({ folder, address, port, etcdURL, flags }: KubeApiserverOptions): string[] {
  return [
    `--etcd-servers=${etcdURL}`,
    `--bind-address=${address}`,
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'apiserver')}`,
    // It refuses to advertise a loopback address.
    ...(address.startsWith('127.')
      ? ['--endpoint-reconciler-type=none']
      : [`--advertise-address=${address}`]),
    `--service-cluster-ip-range=${serviceNetwork}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${join(folder, 'service-account.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'service-account.key')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction,PodSecurity',
    // Without it privileged pods are refused by validation, before any policy sees them.
    '--allow-privileged=true',
    '--profiling=false',
    ...flags,
  ];
}
