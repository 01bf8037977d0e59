import { expect, test } from 'vitest';
import { parseQuantity } from '../../src/lib/quantity.ts';
import { GATEWAY_DEFAULTS, GATEWAY_NODE_FLAGS } from '../../src/render/tenant/gateway-stateful-set.ts';
import { runCommand } from '../testbed/run-command.ts';

const PROGRAM = new URL('parse-statements.ts', import.meta.url).pathname;

// A replica was killed for its memory some seconds after the first statement.
test('with the flags of the gateway, statements are parsed in half of its memory', async () => {
  const { stdout, stderr } = await runCommand({
    program: process.execPath,
    args: [...GATEWAY_NODE_FLAGS, '--disable-warning=ExperimentalWarning', PROGRAM],
    environment: {},
  });
  const peakBytes = Number(stdout) * 1024;
  expect(peakBytes, stderr).toBeGreaterThan(0);
  expect(peakBytes).toBeLessThan(Number(parseQuantity(GATEWAY_DEFAULTS.memory)) / 2);
});
