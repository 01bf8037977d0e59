/**
 * `npm test [-- vitest arguments]`: runs all tests that can run on this machine, and ends with a line `N passed, N failed`.
 * Above it are the tests that needed their second try, which those on an API server or a node have.
 * Arguments are handed to vitest, as in `npm test -- --project unit`; `npm run test:node` runs only the tests on a node.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MissingProgramError } from '../test/testbed/missing-program-error.ts';
import { missingForNode, thisMachine } from '../test/testbed/node/node-requirements.ts';
import { controlPlanePrograms, nodePrograms, vaultPrograms } from '../test/testbed/programs.ts';
import { providePrograms } from '../test/testbed/provide-programs.ts';
import {
  formatTestSummary,
  summarizeTestReport,
  type TestReport,
  type TestSummary,
} from './summarize-test-report.ts';

/** Builds what is missing before the tests begin, where its progress can be seen and no time limit runs. */
async function prepareTestbed(): Promise<void> {
  const canRunNode = missingForNode(thisMachine) === undefined;
  const wanted = [...controlPlanePrograms, ...vaultPrograms, ...(canRunNode ? nodePrograms : [])];
  await providePrograms(wanted.map(({ name }) => name)).catch((error: unknown) => {
    // The tests that need them report it, as skipped or as failed.
    if (!(error instanceof MissingProgramError)) throw error;
  });
}

const isWholeRun = process.argv.length === 2;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');

const GIBIBYTE = 2 ** 30;

/**
 * How many files go beside one another, each on a control plane. They wait more than they compute, so that there is one more
 * than cores; each has up to 2 GB of servers and programs.
 */
function countControlPlanes(): number {
  const inMemory = Math.floor(totalmem() / (3 * GIBIBYTE));
  return Math.max(1, Math.min(availableParallelism() + 1, 4, inMemory));
}

/** Where Node keeps what it compiled of the sources, which the tests start as programs hundreds of times. */
const COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');

async function runVitest(report: string): Promise<number> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: {
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...(isWholeRun ? { CLOISTER_CONTROL_PLANES: String(countControlPlanes()) } : {}),
      ...process.env,
    },
  });
  // Ctrl-C reaches vitest by itself; it stops the servers and ends, and so do we.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

async function readSummary(report: string): Promise<TestSummary> {
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 0, skipped: 0, secondTries: [] };
  return summarizeTestReport(JSON.parse(text) as TestReport);
}

// With arguments only a part may be wanted, which builds what it needs itself.
if (isWholeRun) await prepareTestbed();
const folder = await mkdtemp(join(tmpdir(), 'cloister-test-'));
const report = join(folder, 'report.json');
const code = await runVitest(report);
const summary = await readSummary(report);
await rm(folder, { recursive: true, force: true });
// An error outside every test, as in the global set-up, fails the run and must be counted.
if (code !== 0 && summary.failed === 0) summary.failed = 1;
process.stdout.write(`\n${formatTestSummary(summary, ROOT)}\n`);
process.exitCode = summary.failed === 0 ? 0 : 1;
