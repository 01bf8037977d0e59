import { expect, test } from 'vitest';
import { createTurnEnd } from '../../src/webhook/turn-end.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('tasks of one turn run at its end, in order, and each once', async () => {
  const atTurnEnd = createTurnEnd(16);
  const ran: string[] = [];
  atTurnEnd(() => ran.push('first'));
  atTurnEnd(() => ran.push('second'));
  await Promise.resolve();
  expect(ran).toEqual([]);
  await turn();
  expect(ran).toEqual(['first', 'second']);
  await turn();
  atTurnEnd(() => ran.push('third'));
  await turn();
  expect(ran).toEqual(['first', 'second', 'third']);
});

test('as many as may wait run at once, and what comes after them waits for the end', async () => {
  const atTurnEnd = createTurnEnd(16);
  const ran: number[] = [];
  for (let task = 1; task <= 17; task += 1) atTurnEnd(() => ran.push(task));
  expect(ran).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  await turn();
  expect(ran).toHaveLength(17);
  await turn();
  expect(ran).toHaveLength(17);
});

test.for([1, 15, 16])('what the first of %i adds runs as well, and each once', async (count) => {
  const atTurnEnd = createTurnEnd(16);
  const ran: string[] = [];
  atTurnEnd(() => {
    ran.push('first');
    atTurnEnd(() => ran.push('added'));
  });
  for (let more = 1; more < count; more += 1) atTurnEnd(() => ran.push('another'));
  await turn();
  await turn();
  expect(ran).toEqual(['first', ...Array<string>(count - 1).fill('another'), 'added']);
});
