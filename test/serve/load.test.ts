import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLoad, type LoadSlot } from '../../src/serve/load.ts';

const enter = (load: ReturnType<typeof createLoad>): LoadSlot => {
  const slot = load.enter();
  if (slot === null) throw new Error('there is no place');
  return slot;
};

describe('the load', () => {
  test('admits as many requests as the limit, and another when one has left', () => {
    const load = createLoad({ maxRequestsInFlight: 2, maxBufferedBytes: 10 });
    const first = enter(load);
    enter(load);
    expect([load.enter(), load.inFlight()]).toEqual([null, 2]);
    first.leave();
    expect(load.inFlight()).toBe(1);
    expect(load.enter()).not.toBeNull();
  });

  test('has room for as many bytes as the limit, of all requests together', () => {
    const load = createLoad({ maxRequestsInFlight: 9, maxBufferedBytes: 10 });
    const [first, second] = [enter(load), enter(load)];
    expect([first.reserve(6), second.reserve(5), second.reserve(4), first.reserve(1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    first.leave();
    expect([second.reserve(6), second.reserve(1)]).toEqual([true, false]);
  });

  test('never holds more than its limit, and has all of its room again when all have left', () => {
    const requests = fc.array(fc.array(fc.nat({ max: 400 }), { maxLength: 8 }), { maxLength: 8 });
    fc.assert(
      fc.property(requests, (chunks) => {
        const load = createLoad({ maxRequestsInFlight: 8, maxBufferedBytes: 1_000 });
        const slots = chunks.map(() => enter(load));
        const held = chunks.flatMap((sizes, index) => sizes.filter((size) => slots[index]!.reserve(size)));
        expect(held.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1_000);
        for (const slot of slots) slot.leave();
        expect([load.inFlight(), enter(load).reserve(1_000)]).toEqual([0, true]);
      }),
    );
  });
});
