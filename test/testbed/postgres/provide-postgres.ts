import { randomBytes, randomUUID } from 'node:crypto';
import { chown, cp, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { withBuildLock } from '../build-lock.ts';
import { MissingProgramError } from '../missing-program-error.ts';
import { orThrow, runCommand } from '../run-command.ts';
import type { SystemUser } from '../server-process.ts';
import { findPostgresPackage, type PostgresPackage, type PostgresVersion } from './postgres-package.ts';

/** A PostgreSQL that can be started. */
export interface PostgresProgram {
  /** The server, of which the other files are found. */
  readonly program: string;
  /** A data folder that was never started, to be copied by the user. */
  readonly template: string;
  readonly adminPassword: string;
  /** Whom it runs as; undefined where that is who runs the tests. */
  readonly user: SystemUser | undefined;
}

export const ADMIN_USER = 'postgres';

/** `nobody` of Linux, and Debian's `nogroup`. initdb asks for the name of its user, so that it has to be one that exists. */
const NOBODY: SystemUser = { uid: 65_534, gid: 65_534 };

/** PostgreSQL refuses to run as root. */
const postgresUser = (): SystemUser | undefined => (process.getuid?.() === 0 ? NOBODY : undefined);

/**
 * Provides a version outside of the checkout and of the home folder, which its user may not be able to read, once for all runs. Throws
 * `MissingProgramError` where there is none for this machine.
 */
export async function providePostgres(version: PostgresVersion): Promise<PostgresProgram> {
  const found = findPostgresPackage(version);
  if (typeof found === 'string') throw new MissingProgramError(found);
  const folder = join(tmpdir(), `cloister-postgres-${found.release}-${process.getuid?.()}`);
  await withBuildLock(
    `${folder}.lock`,
    () => undefined,
    async () => {
      if (await isOurs(folder)) return;
      const unfinished = `${folder}.${randomUUID()}`;
      try {
        await fill(unfinished, found);
        await rename(unfinished, folder);
      } finally {
        await rm(unfinished, { recursive: true, force: true });
      }
    },
  );
  return {
    program: join(folder, 'bin', 'postgres'),
    template: join(folder, 'template'),
    adminPassword: await readFile(join(folder, 'password'), 'utf8'),
    user: postgresUser(),
  };
}

/** Whether the folder is there. What another user has put there is not run. */
async function isOurs(folder: string): Promise<boolean> {
  const facts = await stat(folder).catch(() => undefined);
  if (facts === undefined) return false;
  if (facts.uid !== process.getuid?.())
    throw new Error(
      `${folder} belongs to user ${facts.uid}: remove it, or set TMPDIR to a folder of your own`,
    );
  return true;
}

async function fill(folder: string, { folder: source, links }: PostgresPackage): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  const isNeeded = (path: string): boolean => !/\.a$|\/include$/.test(path);
  for (const part of ['bin', 'lib', 'share'])
    await cp(join(source, part), join(folder, part), { recursive: true, filter: isNeeded });
  for (const { path, target } of links) {
    await rm(join(folder, path), { force: true });
    await symlink(relative(dirname(path), target), join(folder, path));
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(join(folder, 'password'), password, { mode: 0o600 });
  await initialize(folder, password);
}

/** Makes the data folder that all servers start from: to make one takes seconds, and to copy one a fraction. */
async function initialize(folder: string, password: string): Promise<void> {
  const user = postgresUser();
  const [template, passwordFile] = [join(folder, 'template'), join(folder, 'initial-password')];
  await mkdir(template, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) {
    await chown(template, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  const args = [
    `--pgdata=${template}`,
    `--username=${ADMIN_USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    // Megabytes; 16 would have to be copied each time.
    '--wal-segsize=1',
    '--no-sync',
  ];
  const program = join(folder, 'bin', 'initdb');
  await orThrow('initdb', runCommand({ program, args, environment: { TZ: 'UTC' }, user }));
  await rm(passwordFile);
}
