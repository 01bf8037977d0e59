import { lstat } from 'node:fs/promises';
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/error-message.ts';
import type { Logger } from '../lib/log.ts';
import { installFile, type InstalledFile, type InstallOutcome } from './install-file.ts';

export interface ProfileKeeperOptions {
  /** The folder of Cloister in the kubelet's seccomp root. It has to exist. */
  readonly folder: string;
  readonly files: readonly InstalledFile[];
  readonly intervalMilliseconds: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keeps the profiles of a node as they have to be. */
export interface ProfileKeeper {
  /** Null if all profiles were there at the last check, or one line that says what is missing. */
  readonly problem: () => string | null;
  /** Resolves once the keeper does nothing any more. The files stay: containers that restart need them. */
  readonly stop: () => Promise<void>;
}

/** Installs the profiles at once, then verifies them at each interval and restores those that were changed. */
export function keepProfiles(options: ProfileKeeperOptions): ProfileKeeper {
  const { intervalMilliseconds, clock, logger } = options;
  const stopping = new AbortController();
  let problem: string | null = 'the profiles are not installed yet';

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const found = await installAll(options);
      if (found !== null && found !== problem) logger.error({ problem: found }, 'profiles are missing');
      problem = found;
      await clock.sleep(intervalMilliseconds, stopping.signal).catch(() => {});
    }
  };
  const running = run();
  return {
    problem: () => problem,
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

const MEANINGS: Readonly<Record<Exclude<InstallOutcome, 'Fresh'>, string>> = {
  Added: 'a profile was installed',
  Restored: 'a profile was not as it has to be, and was replaced',
};

async function installAll({ folder, files, logger }: ProfileKeeperOptions): Promise<string | null> {
  const problems: string[] = [];
  try {
    const stat = await lstat(folder);
    if (!stat.isDirectory()) return `${folder} is not a folder; mount the folder of the profiles there`;
  } catch (error) {
    return `${folder} cannot be read: ${errorMessage(error)}`;
  }
  for (const file of files) {
    try {
      const outcome = await installFile(folder, file);
      if (outcome !== 'Fresh') logger.info({ file: file.name, outcome }, MEANINGS[outcome]);
    } catch (error) {
      problems.push(`${file.name} cannot be installed: ${errorMessage(error)}`);
    }
  }
  return problems.length === 0 ? null : problems.join('; ');
}
