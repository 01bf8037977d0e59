import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type FaultWorld, startFaultWorld } from './fault-world.ts';
import { killAtWrite } from './kill-at-writes.ts';
import { runScenario } from './run-scenario.ts';

const SEED = Number(process.env['CLOISTER_FAULT_SEED']);
const MAX_WRITES = 60;
const LIMITS = {
  maxTenants: 3,
  maxSandboxes: 3,
  etcdPauseMilliseconds: 60_000,
  maxCutMilliseconds: 25_000,
  maxPauseMilliseconds: 3_000,
};

let world: FaultWorld;
beforeAll(async () => {
  world = await startFaultWorld();
});
afterAll(() => world.stop());
afterEach(async () => {
  await world.stopOperators(0);
  for (const tenant of Array.from(world.tenants.keys())) await world.deleteTenant(tenant);
});

describe('an operator that is killed with SIGKILL', () => {
  test('at every write of create leaves nothing undone', { timeout: 3_600_000 }, async () => {
    for (let number = 0; number < MAX_WRITES; number += 1) {
      const name = `made-${number}`;
      const isKilled = await killAtWrite(world, number, async () => {
        await world.makeTenant(name);
        await world.makeSandbox(name, 'agent');
      });
      await world.startOperator();
      await world.deleteTenant(name);
      if (!isKilled) return expect(number).toBeGreaterThan(20);
    }
    return expect.unreachable(`more than ${MAX_WRITES} writes for a tenant and a sandbox`);
  });

  test('at every write of delete leaves nothing behind', { timeout: 3_600_000 }, async () => {
    for (let number = 0; number < MAX_WRITES; number += 1) {
      const name = `gone-${number}`;
      const maker = await world.startOperator();
      await world.makeTenant(name);
      await world.makeSandbox(name, 'agent');
      await maker.ready();
      await killAtWrite(world, MAX_WRITES, () => world.stopOperator(maker, 10_000));
      const isKilled = await killAtWrite(world, number, () => world.deleteTenant(name));
      if (!isKilled) return expect(number).toBeGreaterThan(5);
    }
    return expect.unreachable(`more than ${MAX_WRITES} writes for the end of a tenant`);
  });
});

describe('two operators', () => {
  test.each(Array.from({ length: 8 }, (_, index) => SEED + index))(
    'end where they should after the faults of seed %d',
    { timeout: 1_800_000 },
    (seed) => runScenario(world, { ...LIMITS, seed, steps: 25 }),
  );

  test.each(['pauseEtcd', 'restartApiServer', 'compactHistory', 'cutOff', 'silence'])(
    'end where they should after %s, in between what people do',
    { timeout: 1_800_000 },
    (fault) => {
      const only = [fault, 'makeTenant', 'makeSandbox', 'deleteSandbox', 'deleteTenant', 'deleteObject'];
      return runScenario(world, { ...LIMITS, seed: SEED, steps: 12, only });
    },
  );
});
