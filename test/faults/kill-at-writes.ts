import { expect, vi } from 'vitest';
import { freeLease } from '../operator/free-lease.ts';
import { checkWorld } from './check-world.ts';
import type { FaultWorld } from './fault-world.ts';

const WAIT = { timeout: 60_000, interval: 50 };

/**
 * Kills an operator with SIGKILL at its write of that number after `change`, and has another go on. Returns false where the
 * first had fewer writes to make.
 */
export async function killAtWrite(
  world: FaultWorld,
  number: number,
  change: () => Promise<void>,
): Promise<boolean> {
  const killed = await world.startOperator();
  killed.killAtWrite(number);
  await change();
  const isOver = async (): Promise<void> => {
    if (killed.process.running) expect(await isQuiet(killed.writes)).toBe(true);
  };
  await vi.waitFor(isOver, WAIT);
  const isKilled = !killed.process.running;
  await world.stopOperator(killed, 0);
  await freeLease(world.calls);
  await world.startOperator();
  await checkWorld(world);
  return isKilled;
}

/** Whether something was written, and nothing more for two seconds. */
async function isQuiet(writes: () => readonly string[]): Promise<boolean> {
  const before = writes().length;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return before > 0 && writes().length === before;
}
