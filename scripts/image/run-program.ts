import { spawnSync } from 'node:child_process';

/** Runs a program to its end and returns what it printed. Throws an error that names it and ends with what it said. */
export function runProgram(program: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...withoutNpm(process.env), LC_ALL: 'C' },
  });
  if (error !== undefined) throw new Error(`${program} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')} failed: ${`${stdout}${stderr}`.trim()}`);
  return stdout;
}

/** The variables that `npm run` sets would make an inner npm work on this checkout. */
function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^npm_/i.test(name)));
}
