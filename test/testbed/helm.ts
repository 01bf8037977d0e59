import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { providePrograms } from './provide-programs.ts';
import { type CommandResult, runCommand } from './run-command.ts';

/** The folder of the chart. */
export const CHART = join(import.meta.dirname, '..', '..', 'charts', 'cloister');

/** Helm with a home of its own. */
export interface Helm {
  readonly run: (args: readonly string[]) => Promise<CommandResult>;
  readonly remove: () => Promise<void>;
}

/** Finds or builds Helm; `kubeconfig` says who it is on which cluster, and its home is made in `folder`. */
export async function prepareHelm(kubeconfig: string, folder = tmpdir()): Promise<Helm> {
  const program = (await providePrograms(['helm'])).path('helm');
  const home = await mkdtemp(join(folder, 'cloister-helm-'));
  return {
    run: (args) => runCommand({ program, args, environment: { HOME: home, KUBECONFIG: kubeconfig } }),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
