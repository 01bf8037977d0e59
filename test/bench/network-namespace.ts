import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { providePrograms } from '../testbed/provide-programs.ts';

/**
 * The address that servers of the bench have beside loopback (TEST-NET-1, RFC 5737). The API server calls a webhook at
 * any such address as it calls one behind a Service, which it does not at a loopback address.
 */
export const ADDRESS = '192.0.2.1';

/** Where a pod has the files of its ServiceAccount. */
const SERVICE_ACCOUNT = '/run/secrets/kubernetes.io/serviceaccount';

const VARIABLE = 'CLOISTER_BENCH_NAMESPACE';

// The address is on the loopback device, which a host uses for all of its own addresses. kube-apiserver does not start
// without a default route.
const SETUP = [
  'ip link set lo up',
  `ip address add ${ADDRESS}/24 dev lo`,
  'ip route add default dev lo',
  'mount -t tmpfs tmpfs /run',
  'exec "$@"',
].join(' && ');

/** Whether this process runs in the namespaces of {@link runInNamespace}. */
export function isInNamespace(): boolean {
  return process.env[VARIABLE] === 'true';
}

/**
 * Runs this program again, with the same arguments, in a network namespace and a mount namespace of its own, and
 * returns its exit code. Nothing in there reaches the network, and its `/run` is empty.
 */
export async function runInNamespace(): Promise<number> {
  const missing = findMissing();
  if (missing !== null) {
    process.stderr.write(`the bench needs a network namespace: ${missing}\n`);
    return 1;
  }
  // Programs that are not there yet are built from modules, which takes the network.
  await providePrograms(['etcd', 'kube-apiserver', 'kubectl', 'kube-controller-manager']);
  const program = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync('unshare', ['--net', '--mount', 'sh', '-c', SETUP, 'sh', ...program], {
    stdio: 'inherit',
    env: { ...process.env, [VARIABLE]: 'true' },
  });
  return status ?? 1;
}

function findMissing(): string | null {
  if (process.getuid?.() !== 0) return 'run it as root';
  if (spawnSync('ip', ['-V']).status !== 0) return 'install iproute2';
  if (spawnSync('unshare', ['--net', '--mount', 'true']).status !== 0)
    return 'unshare --net --mount must be allowed';
  return null;
}

/** Writes the files of a ServiceAccount where a pod has them. Only in the namespace. */
export function writeServiceAccount(files: Readonly<Record<'token' | 'ca.crt' | 'namespace', string>>): void {
  if (!isInNamespace()) throw new Error(`${SERVICE_ACCOUNT} is only written in the bench's own namespace`);
  mkdirSync(SERVICE_ACCOUNT, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(`${SERVICE_ACCOUNT}/${name}`, text, { mode: 0o600 });
  }
}
