import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bar.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Builds `dist/`, whose programs are measured, once in a run of the bench. */
export function buildDist({ once, report }: Bench): Promise<void> {
  return once('dist', async () => {
    report('building dist/');
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  });
}
