import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withBuildLock } from './build-lock.ts';
import { connectControlPlane } from './connect-control-plane.ts';
import { etcdData } from './etcd.ts';
import { serviceNetwork } from './kube-apiserver.ts';
import { type Launch, launchServers } from './launch-servers.ts';
import { cacheFolder } from './program-cache.ts';
import { orThrow } from './run-command.ts';

/** What a control plane is launched with, and what it holds. */
export interface LaunchWithData extends Omit<Launch, 'bootstrapped'> {
  /** Objects that it holds from the start, in the order in which they are applied. */
  readonly objects?: readonly (readonly object[])[];
}

const MAX_UNUSED_MILLISECONDS = 24 * 3_600_000;

/**
 * Fills a control plane's folder with the data that etcd has after a first start, made once and cached.
 *
 * A new API server waits a second before it writes its RBAC roles and needs another to write them, and the
 * controllers need a third for the first ServiceAccounts. Started on data that has all of it, the server can be
 * used as soon as its caches are filled; it still goes through its own roles, as any restarted server does.
 */
export async function copyBootstrappedData(launch: LaunchWithData): Promise<void> {
  const cached = join(cacheFolder(process.env), 'bootstrapped', await dataKey(launch));
  if (!existsSync(cached)) {
    await mkdir(join(cached, '..'), { recursive: true });
    const onWait = (owner: string): void => say(`waiting for another first start to end (process ${owner})`);
    await withBuildLock(`${cached}.lock`, onWait, async () => {
      if (!existsSync(cached)) await bootstrap(launch, cached);
    });
  }
  await cp(cached, etcdData(launch.folder), { recursive: true });
  const now = new Date();
  await utimes(cached, now, now);
}

function say(line: string): void {
  process.stderr.write(`testbed: ${line}\n`);
}

async function dataKey({ programs, objects = [] }: LaunchWithData): Promise<string> {
  const files = await Promise.all(
    (['etcd', 'kube-apiserver', 'kube-controller-manager'] as const).map(async (name) => {
      const file = programs.path(name);
      const { size, mtimeMs } = await stat(file);
      return [file, size, mtimeMs];
    }),
  );
  return createHash('sha256')
    .update(JSON.stringify([files, serviceNetwork, objects]))
    .digest('hex');
}

async function bootstrap(launch: LaunchWithData, target: string): Promise<void> {
  const { programs, watchdog, objects = [] } = launch;
  say('first start with these programs and objects: preparing the data that later starts are quick with');
  const folder = await mkdtemp(join(tmpdir(), 'cloister-bootstrap-'));
  watchdog.folder(folder);
  const servers = await launchServers({
    programs,
    folder,
    bootstrapped: false,
    address: '127.0.0.1',
    controllerManager: true,
    apiServerFlags: [],
    watchdog,
  });
  const controlPlane = connectControlPlane(servers.connection);
  const until = (what: string, object: string[]): Promise<unknown> =>
    orThrow(
      `waiting for ${object.join(' ')}`,
      controlPlane.kubectl(['wait', `--for=${what}`, '--timeout=60s', ...object]),
    );
  // The last things that the controllers make: the account that pods need, and the rights of `edit`.
  await until('create', ['serviceaccount/default', '--namespace=default']);
  await until('jsonpath={.rules[0].verbs[0]}', ['clusterrole/admin', 'clusterrole/edit', 'clusterrole/view']);
  for (const some of objects) await controlPlane.apply(some);
  await (await servers.controllers)?.stop(0);
  await servers.apiServer.stop(0);
  // Only etcd is asked to end: its data must be whole.
  await servers.etcd.stop(10_000);
  await putInPlace(etcdData(folder), target);
  await rm(folder, { recursive: true, force: true });
}

async function putInPlace(data: string, target: string): Promise<void> {
  await removeUnused(join(target, '..'));
  await cp(data, `${target}.unfinished`, { recursive: true });
  await rename(`${target}.unfinished`, target);
}

/** Other programs and other objects give other data, of sixty megabytes. */
async function removeUnused(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    // A lock belongs to who holds it.
    if (name.endsWith('.lock')) continue;
    const path = join(parent, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > MAX_UNUSED_MILLISECONDS)
      await rm(path, { recursive: true, force: true });
  }
}
