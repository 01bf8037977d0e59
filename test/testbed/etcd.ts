import { join } from 'node:path';
import { answersOK } from './answers-ok.ts';
import { freePort } from './free-port.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import type { Watchdog } from './start-watchdog.ts';

/** What etcd needs to start. */
export interface EtcdOptions {
  program: string;
  /** The testbed's temporary folder. */
  folder: string;
  address: string;
  watchdog: Watchdog;
}

/** A running etcd. */
export interface Etcd {
  url: string;
  process: ServerProcess;
}

/** What can be done to etcd by who started it. */
export interface EtcdFaults {
  /** Freezes etcd: the API server answers nothing that is not in its caches. */
  pauseEtcd: () => void;
  resumeEtcd: () => void;
  /** Takes all history away, so that no watch can begin in the past. */
  compactEtcd: () => Promise<void>;
}

/** Gives the faults of a running etcd. */
export function etcdFaults({ url, process }: Etcd): EtcdFaults {
  const call = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd: ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    pauseEtcd: () => process.signal('SIGSTOP'),
    resumeEtcd: () => process.signal('SIGCONT'),
    compactEtcd: async () => {
      const { header } = (await call('/v3/kv/range', { key: 'AA==' })) as { header: { revision: string } };
      await call('/v3/kv/compaction', { revision: header.revision, physical: true });
    },
  };
}

/** Where etcd keeps its data in the testbed's folder. */
export const etcdData = (folder: string): string => join(folder, 'etcd');

/** Starts etcd on temporary data and resolves when it answers. */
export async function startEtcd({ program, folder, address, watchdog }: EtcdOptions): Promise<Etcd> {
  const url = `http://${address}:${await freePort(address)}`;
  // Port 0: a single member never dials its own peer address.
  const peerURL = `http://${address}:0`;
  const process = await startServer(
    {
      name: 'etcd',
      program,
      args: [
        `--data-dir=${etcdData(folder)}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peerURL}`,
        `--initial-advertise-peer-urls=${peerURL}`,
        `--initial-cluster=default=${peerURL}`,
        // The data is thrown away with the run: nothing is gained by waiting for the disk.
        '--unsafe-no-fsync',
        '--log-level=warn',
        // A lone member elects itself after this time, which is a second by default.
        '--heartbeat-interval=10',
        '--election-timeout=100',
      ],
      log: join(folder, 'etcd.log'),
    },
    watchdog,
  );
  await process.ready(() => answersOK(`${url}/health`), 20_000);
  return { url, process };
}
