import { expect, test } from 'vitest';
import { createTurnEnd } from '../../src/webhook/turn-end.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('tasks of one turn run at its end, in order, and each once', async () => {
  const atTurnEnd = createTurnEnd();
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

test('the sixteenth is not kept waiting, nor those before it, and what comes after waits for the end', async () => {
  const atTurnEnd = createTurnEnd();
  const ran: number[] = [];
  for (let task = 1; task <= 17; task += 1) atTurnEnd(() => ran.push(task));
  expect(ran).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  await turn();
  expect(ran).toHaveLength(17);
  await turn();
  expect(ran).toHaveLength(17);
});

test('what a task adds runs as well', async () => {
  const atTurnEnd = createTurnEnd();
  const ran: string[] = [];
  atTurnEnd(() => {
    ran.push('first');
    atTurnEnd(() => ran.push('added'));
  });
  await turn();
  await turn();
  expect(ran).toEqual(['first', 'added']);
});
