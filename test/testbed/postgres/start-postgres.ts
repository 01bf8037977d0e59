import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { Secret } from '../../../src/lib/secret.ts';
import type { DatabaseLogin, DatabasePlace } from '../../../src/postgres/database-session.ts';
import { freePort } from '../free-port.ts';
import { createTestAuthority } from '../node/certificates.ts';
import { orThrow, runCommand } from '../run-command.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { startWatchdog, type Watchdog } from '../start-watchdog.ts';
import type { PostgresVersion } from './postgres-package.ts';
import { ADMIN_USER, type PostgresProgram, providePostgres } from './provide-postgres.ts';

/** How PostgreSQL is started. */
export interface PostgresOptions {
  readonly version: PostgresVersion;
  /** Settings of `postgresql.conf` that differ from those of the testbed. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether it is in recovery, like a replica whose primary sends nothing. If not set: no. */
  readonly isStandby?: boolean;
}

/** A running PostgreSQL, empty, that takes only connections by TLS with a password. */
export interface StartedPostgres {
  readonly version: PostgresVersion;
  readonly host: '127.0.0.1';
  readonly port: number;
  /** The process of the server that starts the others. */
  readonly pid: number;
  /** A folder that goes with the server. */
  readonly folder: string;
  /** PEM. The server's certificate is for `127.0.0.1`, `localhost` and `database.example.com`. */
  readonly authority: string;
  readonly adminUser: string;
  readonly adminPassword: string;
  readonly admin: DatabaseLogin;
  /** Where a database is; `postgres` where none is named. */
  readonly place: (database?: string) => DatabasePlace;
  /** To set up and to look; what is tested connects by itself. As the superuser, to `postgres`, where nothing is given. */
  readonly connect: (database?: string, user?: string, password?: string) => Promise<Client>;
  /** Stops it and starts it again on the same port with the same data: SIGINT ends sessions (as without one), SIGQUIT is a crash. */
  readonly restart: (signal?: 'SIGINT' | 'SIGQUIT') => Promise<void>;
  /** Stops it and removes its data. */
  readonly stop: () => Promise<void>;
}

const HOST = '127.0.0.1';
const READY_MILLISECONDS = 20_000;
const STOP_MILLISECONDS = 10_000;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  ssl: 'on',
  password_encryption: 'scram-sha-256',
  shared_buffers: '16MB',
  // Other memory would be left behind by a server that is killed.
  dynamic_shared_memory_type: 'mmap',
  // A statement that computes would outlive a test runner that is killed, and the server with it.
  client_connection_check_interval: '1s',
  // The data is thrown away with the run: nothing is gained by waiting for the disk.
  fsync: 'off',
  full_page_writes: 'off',
};

/** Starts PostgreSQL on loopback. Throws `MissingProgramError` where there is none for this machine. */
export async function startPostgres(options: PostgresOptions): Promise<StartedPostgres> {
  const program = await providePostgres(options.version);
  const folder = await mkdtemp(join(tmpdir(), 'cloister-postgres-'));
  const watchdog = startWatchdog();
  watchdog.folder(folder);
  const remove = async (): Promise<void> => {
    await watchdog.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return await startIn({ options, program, folder, watchdog, remove });
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Surroundings {
  readonly options: PostgresOptions;
  readonly program: PostgresProgram;
  readonly folder: string;
  readonly watchdog: Watchdog;
  readonly remove: () => Promise<void>;
}

async function startIn(surroundings: Surroundings): Promise<StartedPostgres> {
  const { options, program, folder, remove } = surroundings;
  const { version } = options;
  const { adminPassword } = program;
  const authority = await prepareData(surroundings);
  const port = await freePort();
  const launch = (): Promise<ServerProcess> => launchOn(port, surroundings);
  let server = await launch();
  const clients: Client[] = [];
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    server.signal(signal);
    // What it is asked for after this signal, it does not obey.
    await server.stop(STOP_MILLISECONDS);
  };
  return {
    version,
    host: HOST,
    port,
    get pid() {
      return server.pid;
    },
    folder,
    authority,
    adminUser: ADMIN_USER,
    adminPassword,
    admin: { user: ADMIN_USER, password: new Secret(adminPassword) },
    place: (database = 'postgres') => ({ host: HOST, port, database, authority }),
    connect: async (database = 'postgres', user = ADMIN_USER, password = adminPassword) => {
      const client = new Client({ host: HOST, port, database, user, password, ssl: { ca: authority } });
      // A server that is stopped ends it, which is no fault of the test.
      client.on('error', () => undefined);
      await client.connect();
      clients.push(client);
      return client;
    },
    restart: async (signal = 'SIGINT') => {
      await end(signal);
      server = await launch();
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.end()));
      await end('SIGQUIT');
      await remove();
    },
  };
}

/** Copies the data, and writes who may connect and the certificate. Returns the authority that signed it. */
async function prepareData({ options, program, folder }: Surroundings): Promise<string> {
  const { user, template } = program;
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const copy = { program: 'cp', args: ['-R', template, data], environment: {}, user };
  await orThrow(`copy ${template}`, runCommand(copy));
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(join(data, name), text, { mode: 0o600 });
    if (user !== undefined) await chown(join(data, name), user.uid, user.gid);
  };
  const authority = await createTestAuthority();
  const { certificate, privateKey } = await authority.serving([HOST, 'localhost', 'database.example.com']);
  await write('server.crt', certificate);
  await write('server.key', privateKey);
  await write('pg_hba.conf', `hostssl all all ${HOST}/32 scram-sha-256\n`);
  if (options.isStandby === true) await write('standby.signal', '');
  return authority.certificate;
}

async function launchOn(
  port: number,
  { options, program, folder, watchdog }: Surroundings,
): Promise<ServerProcess> {
  const settings = Object.entries({ ...SETTINGS, port: String(port), ...options.settings });
  const server = await startServer(
    {
      name: `postgres ${options.version}`,
      program: program.program,
      args: ['-D', join(folder, 'data'), ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      environment: { TZ: 'UTC', LC_ALL: 'C' },
      user: program.user,
      log: join(folder, 'postgres.log'),
    },
    watchdog,
  );
  await server.ready(() => acceptsConnections(folder, server.pid), READY_MILLISECONDS);
  return server;
}

/** Reads what the server tells `pg_ctl`: its process on the first line, and on the eighth whether it takes connections. */
async function acceptsConnections(folder: string, pid: number): Promise<boolean> {
  const text = await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  return lines[0] === String(pid) && lines[7] === 'ready';
}
