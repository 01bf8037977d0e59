import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FaultWorld, startFaultWorld } from './fault-world.ts';
import { killAtWrite } from './kill-at-writes.ts';
import { runScenario } from './run-scenario.ts';

// A sample of `npm run test:faults`: a kill, a cut, both servers stopped, history compacted, and damage by hand.
const SEED = 1924;

let world: FaultWorld;
beforeAll(async () => {
  world = await startFaultWorld();
});
afterAll(() => world.stop());
afterEach(async () => {
  await world.stopOperators(0);
});

test(
  'an operator that is killed with SIGKILL at a write of create leaves nothing undone',
  { timeout: 120_000 },
  async () => {
    const isKilled = await killAtWrite(world, 9, async () => {
      await world.makeTenant('made');
      await world.makeSandbox('made', 'agent');
    });
    expect(isKilled).toBe(true);
  },
);

test('two operators end where they should after faults of every kind', { timeout: 180_000 }, () =>
  runScenario(world, {
    seed: SEED,
    steps: 9,
    maxTenants: 2,
    maxSandboxes: 2,
    etcdPauseMilliseconds: 3_000,
    maxCutMilliseconds: 5_000,
    maxPauseMilliseconds: 500,
  }),
);
