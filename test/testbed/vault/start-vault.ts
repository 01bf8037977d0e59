import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { createTestAuthority } from '../node/certificates.ts';
import { providePrograms } from '../provide-programs.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { startWatchdog, type Watchdog } from '../start-watchdog.ts';
import { type CallVault, callVaultAs, mustSucceed } from './call-vault.ts';
import { type FaultyLink, openLink } from './faulty-link.ts';
import { providePlugins } from './provide-plugins.ts';

/** What can be done to a Vault by who started it. */
export interface VaultFaults {
  seal: () => Promise<void>;
  unseal: () => Promise<void>;
  /** Refuses connections, and cuts those that are open; everything is kept. */
  refuse: () => Promise<void>;
  /** Takes connections again, on the same port. */
  accept: () => Promise<void>;
  /** Every part of a response is late by this time; 0 as at the start. */
  delay: (milliseconds: number) => void;
  /** Freezes Vault: connections are taken, and nothing is answered. */
  pause: () => void;
  resume: () => void;
}

/** A running Vault, empty but for the version 2 key-value engine at `secret`. */
export interface StartedVault {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly certificateAuthorityFile: string;
  /** A folder that goes with Vault. */
  readonly folder: string;
  /** Path of the program, which is the command line too. */
  readonly program: string;
  /** The token of root, for the command line. */
  readonly rootToken: string;
  /** To set up and to look; what is tested asks by a token of its own. */
  readonly root: CallVault;
  /** Asks by a token; without one as nobody. */
  readonly as: (token?: string) => CallVault;
  readonly faults: VaultFaults;
  /** Stops Vault and removes its data. */
  readonly stop: () => Promise<void>;
}

/** How Vault is started. */
export interface VaultOptions {
  /** Variables of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts Vault on loopback, with TLS and its data in memory, and unseals it. Throws `MissingProgramError` where it can
 * neither be found nor built.
 */
export async function startVault({ environment = {} }: VaultOptions = {}): Promise<StartedVault> {
  const program = (await providePrograms(['vault'])).path('vault');
  const folder = await mkdtemp(join(tmpdir(), 'cloister-vault-'));
  const watchdog = startWatchdog();
  watchdog.folder(folder);
  const remove = async (): Promise<void> => {
    await watchdog.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return await startIn({ program, folder, watchdog, environment, remove });
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Surroundings {
  readonly program: string;
  readonly folder: string;
  readonly watchdog: Watchdog;
  readonly environment: Readonly<Record<string, string>>;
  readonly remove: () => Promise<void>;
}

async function startIn({
  program,
  folder,
  watchdog,
  environment,
  remove,
}: Surroundings): Promise<StartedVault> {
  const port = await freePort();
  const link = await openLink(port);
  const certificateAuthority = await writeConfiguration(folder, port, link.port);
  const server = await startServer(
    {
      name: 'vault',
      program,
      args: ['server', `-config=${join(folder, 'vault.json')}`],
      environment,
      log: join(folder, 'vault.log'),
    },
    watchdog,
  );
  const url = `https://127.0.0.1:${link.port}`;
  const agent = new Agent({ ca: certificateAuthority, keepAlive: true });
  const as = (token?: string): CallVault =>
    callVaultAs({ url, agent, ...(token === undefined ? {} : { token }) });
  const { rootToken, key } = await initialize(server, as());
  const root = as(rootToken);
  const faults = faultsOf({ server, link, root, key });
  await faults.unseal();
  await providePlugins(root, join(folder, 'plugins'));
  await mustSucceed(
    'mount secret',
    root('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } }),
  );
  const stop = async (): Promise<void> => {
    agent.destroy();
    await link.refuse();
    await server.stop(0);
    await remove();
  };
  const certificateAuthorityFile = join(folder, 'ca.crt');
  const own = { url, certificateAuthority, certificateAuthorityFile, folder, program, rootToken };
  return { ...own, root, as, faults, stop };
}

async function writeConfiguration(folder: string, port: number, linkPort: number): Promise<string> {
  const authority = await createTestAuthority();
  const { certificate, privateKey } = await authority.serving(['127.0.0.1', 'localhost']);
  const file = (name: string): string => join(folder, name);
  await mkdir(file('plugins'));
  await writeFile(file('ca.crt'), authority.certificate);
  await writeFile(file('tls.crt'), certificate);
  await writeFile(file('tls.key'), privateKey, { mode: 0o600 });
  const configuration = {
    storage: { inmem: {} },
    listener: {
      tcp: { address: `127.0.0.1:${port}`, tls_cert_file: file('tls.crt'), tls_key_file: file('tls.key') },
    },
    api_addr: `https://127.0.0.1:${linkPort}`,
    plugin_directory: file('plugins'),
    // Locking its memory needs a capability, and would take it from the tests.
    disable_mlock: true,
    log_level: 'warn',
  };
  await writeFile(file('vault.json'), JSON.stringify(configuration));
  return authority.certificate;
}

/** Waits until Vault listens, and draws its one key and the token of root. */
async function initialize(
  server: ServerProcess,
  nobody: CallVault,
): Promise<{ rootToken: string; key: string }> {
  const listens = (): Promise<boolean> =>
    nobody('GET', 'sys/init').then(
      ({ status }) => status === 200,
      () => false,
    );
  await server.ready(listens, 20_000);
  const { body } = await mustSucceed(
    'initialize',
    nobody('PUT', 'sys/init', { secret_shares: 1, secret_threshold: 1 }),
  );
  return { rootToken: String(body['root_token']), key: String((body['keys'] as string[])[0]) };
}

interface Disturbed {
  readonly server: ServerProcess;
  readonly link: FaultyLink;
  readonly root: CallVault;
  readonly key: string;
}

function faultsOf({ server, link, root, key }: Disturbed): VaultFaults {
  return {
    seal: async () => void (await mustSucceed('seal', root('PUT', 'sys/seal'))),
    unseal: async () => {
      await mustSucceed('unseal', root('PUT', 'sys/unseal', { key }));
      // It takes requests some milliseconds after it is unsealed.
      const isActive = (): Promise<boolean> => root('GET', 'sys/health').then(({ status }) => status === 200);
      await server.ready(isActive, 20_000);
    },
    refuse: link.refuse,
    accept: link.accept,
    delay: link.delay,
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
  };
}
