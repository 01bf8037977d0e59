/**
 * `npm run test:faults [-- SEED]`: breaks what an operator stands on, for long and in an order that the seed gives, and checks
 * that nothing is left over and nothing is missing afterwards. Without a seed one is drawn; it is printed, and repeats the run.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const [seed = String(randomInt(2 ** 31)), ...rest] = process.argv.slice(2);
if (!/^[0-9]{1,10}$/.test(seed)) {
  process.stderr.write(`faults: the seed is "${seed}"; it must be a number: npm run test:faults -- 7\n`);
  process.exit(2);
}
process.stdout.write(`faults: seed ${seed}\n`);
const test = fileURLToPath(new URL('test.ts', import.meta.url));
const child = spawn(process.execPath, [test, '--project', 'faults', ...rest], {
  stdio: 'inherit',
  env: { ...process.env, CLOISTER_FAULT_SEED: seed },
});
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('close', (code) => {
  if (code !== 0) process.stdout.write(`faults: to repeat this run: npm run test:faults -- ${seed}\n`);
  process.exitCode = code ?? 1;
});
