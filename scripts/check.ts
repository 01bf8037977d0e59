import { spawnSync } from 'node:child_process';

/** What `npm run check` runs, in order; the first that fails ends it. */
const STEPS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'generated files', command: ['node', 'scripts/generate.ts', '--check'] },
  { name: 'unit tests', command: ['vitest', 'run', '--project', 'unit'] },
];

for (const { name, command } of STEPS) {
  const [program = '', ...args] = command;
  process.stdout.write(`\n== ${name}: ${command.join(' ')}\n`);
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) {
    process.stderr.write(`check: ${name} failed${error ? `: ${error.message}` : ''}\n`);
    process.exit(status ?? 1);
  }
}
process.stdout.write('\ncheck: all good\n');
