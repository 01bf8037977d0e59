/** `npm run check [-- --without-tests]`: what needs no server; `npm test` has the unit tests too. */
import { spawnSync } from 'node:child_process';

const UNIT_TESTS = 'unit tests';

/** What `npm run check` runs, in order; the first that fails ends it. */
const STEPS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'generated files', command: ['node', 'scripts/generate.ts', '--check'] },
  { name: UNIT_TESTS, command: ['vitest', 'run', '--project', 'unit'] },
];

const steps = process.argv.includes('--without-tests')
  ? STEPS.filter(({ name }) => name !== UNIT_TESTS)
  : STEPS;
for (const { name, command } of steps) {
  const [program = '', ...args] = command;
  process.stdout.write(`\n== ${name}: ${command.join(' ')}\n`);
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) {
    process.stderr.write(`check: ${name} failed${error ? `: ${error.message}` : ''}\n`);
    process.exit(status ?? 1);
  }
}
process.stdout.write('\ncheck: all good\n');
