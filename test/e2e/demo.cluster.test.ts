import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { runCommand } from '../testbed/run-command.ts';
import type { StepResult } from '../demo/step.ts';
import { providePrograms } from '../testbed/provide-programs.ts';

const MAIN = fileURLToPath(new URL('../demo/main.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const REFUSED = fileURLToPath(new URL('../../manifests/samples/refused', import.meta.url));

/** Reads what the demo printed as JSON. Every step must have gone as expected. */
function readSteps(stdout: string): readonly StepResult[] {
  const steps = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StepResult);
  expect(steps.filter(({ ok }) => !ok)).toEqual([]);
  return steps;
}

/** Applies by hand what must be refused, as the demo that stays up says; gives how often a webhook refused. */
async function countRefused(kubeconfig: string): Promise<number> {
  const kubectl = (await providePrograms(['kubectl'])).path('kubectl');
  const environment = { KUBECONFIG: kubeconfig, HOME: ROOT };
  const args = ['--cache-dir', `${kubeconfig}.cache`, 'apply', '-f', REFUSED];
  const { code, stdout, stderr } = await runCommand({ program: kubectl, args, environment });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr.match(/admission webhook "(explain|decide)\.cloister\.dev" denied/g)?.length ?? 0;
}

describe('the demo', { timeout: 300_000 }, () => {
  test('prints one object a step as JSON, each of them as expected, and stays with --keep, protected as installed, until it is interrupted', async () => {
    const demo = spawn(process.execPath, [MAIN, '--json', '--keep'], { cwd: ROOT });
    const ended = once(demo, 'exit');
    const told = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      demo[stream].on('data', (chunk: Buffer) => (told[stream] += chunk.toString('utf8')));
    try {
      const isUp = (): void => {
        expect(demo.exitCode, told.stderr).toBeNull();
        expect(told.stderr).toMatch(/export KUBECONFIG=\S+\n/);
      };
      await vi.waitFor(isUp, { timeout: 270_000, interval: 200 });
      expect(told.stderr).toContain('`cloister doctor` fails here');
      expect(await countRefused(/export KUBECONFIG=(\S+)/.exec(told.stderr)?.[1] ?? '')).toBe(18);
    } finally {
      demo.kill('SIGINT');
    }
    expect(await ended).toEqual([0, null]);
    const steps = readSteps(told.stdout);
    expect(steps.length).toBeGreaterThan(20);
    for (const step of steps)
      expect(Object.keys(step)).toEqual(['step', 'expected', 'got', 'by', 'ok', 'ms']);
    const refusers = new Set(steps.map(({ by }) => by).filter((by) => by !== null));
    for (const by of ['Explain', 'Decide', 'PodSecurity', 'Policy/cloister-backstop', 'Gateway'])
      expect(refusers).toContain(by);
    for (const got of ['RateReached', 'AddressNotAllowed', 'ResponseTooLarge', 'Cut', 'Proven', 'Changed'])
      expect(steps.map((step) => step.got)).toContain(got);
  });

  test(
    'plays with --vault what a sandbox gets of Vault, and that it is taken back',
    { timeout: 420_000 },
    async () => {
      const { HOME = '' } = process.env;
      const demo = { program: process.execPath, args: [MAIN, '--json', '--vault'], environment: { HOME } };
      const { code, stdout, stderr } = await runCommand(demo);
      const steps = readSteps(stdout);
      expect(code, stderr).toBe(0);
      expect(steps.length).toBeGreaterThan(20);
      const refusers = new Set(steps.map(({ by }) => by).filter((by) => by !== null));
      expect([...refusers].toSorted()).toEqual(['Gateway', 'Policy/cloister-tokens', 'Vault']);
      for (const got of ['Repaired', 'Contained', 'Revoked', 'Nothing left'])
        expect(steps.map((step) => step.got)).toContain(got);
      const ofModels = steps.slice(steps.findIndex(({ step }) => step.includes('OpenAI')));
      expect(ofModels.map(({ got }) => got)).toEqual([
        'Answered',
        'Answered',
        'ModelNotAllowed',
        'Answered',
        'CredentialStoreUnavailable',
        'Answered',
        'HostedToolNotAllowed',
        'Keys of Vault',
        'Found nowhere',
        'Dead',
        'Cut',
      ]);
    },
  );

  test.for([
    ['--vault', '--node'],
    ['--node', '--keep'],
  ] as const)('refuses %s with %s', async ([one, other]) => {
    const { HOME = '' } = process.env;
    const demo = { program: process.execPath, args: [MAIN, one, other], environment: { HOME } };
    const { code, stdout, stderr } = await runCommand(demo);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: --node .*\n$/);
  });
});
