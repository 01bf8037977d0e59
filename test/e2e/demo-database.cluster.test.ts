import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { StepResult } from '../demo/step.ts';
import { runCommand } from '../testbed/run-command.ts';

const MAIN = fileURLToPath(new URL('../demo/main.ts', import.meta.url));

test(
  'the demo plays with --database what two tenants reach in one table, and that a login ends with its task',
  { timeout: 420_000 },
  async () => {
    const { HOME = '' } = process.env;
    const demo = { program: process.execPath, args: [MAIN, '--json', '--database'], environment: { HOME } };
    const { code, stdout, stderr } = await runCommand(demo);
    const steps = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as StepResult]));
    expect(steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(code, stderr).toBe(0);
    expect(steps.length).toBeGreaterThan(10);
    for (const got of ['Repaired', 'Caught']) expect(steps.map((step) => step.got)).toContain(got);
  },
);
