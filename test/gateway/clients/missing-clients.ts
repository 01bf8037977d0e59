import { accessSync, constants } from 'node:fs';
import { spawnSync } from 'node:child_process';

/** The Python of Debian, whose packages apt installs. */
export const PYTHON = '/usr/bin/python3';

/** What shows that a package is installed, by the package of Debian. */
const CHECKS: Readonly<Record<string, () => boolean>> = {
  curl: () => isExecutable('/usr/bin/curl'),
  git: () => isExecutable('/usr/bin/git'),
  'python3-requests': () => hasModule('requests'),
  'python3-aiohttp': () => hasModule('aiohttp'),
  'python3-boto3': () => hasModule('boto3'),
  'python3-pip': () => hasModule('pip'),
};

/** Says in one line what this machine lacks of the clients that the gateway is tried with; null where it lacks nothing. */
export function missingClients(): string | null {
  if (process.platform !== 'linux') return `they need Linux, and this is ${process.platform}`;
  const packages = Object.entries(CHECKS).flatMap(([name, isThere]) => (isThere() ? [] : [name]));
  if (packages.length === 0) return null;
  return `they need ${packages.join(', ')}: apt-get install ${packages.join(' ')}`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function hasModule(name: string): boolean {
  return isExecutable(PYTHON) && spawnSync(PYTHON, ['-c', `import ${name}`]).status === 0;
}
