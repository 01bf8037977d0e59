import { expect, test } from 'vitest';
import { createWorkerPool } from '../../src/controller/worker-pool.ts';

test('timers are not held up by thousands of keys whose work makes no call', async () => {
  const { signal } = new AbortController();
  const done: string[] = [];
  const pool = createWorkerPool((key) => Promise.resolve(void done.push(key)), 1, signal);
  for (let index = 0; index < 5_000; index += 1) pool.add(`key-${index}`, false);
  let atTimer = 0;
  const timer = new Promise<void>((resolve) => {
    setTimeout(() => {
      atTimer = done.length;
      resolve();
    }, 1);
  });
  pool.start();
  await timer;
  expect(atTimer).toBeLessThan(5_000);
  while (done.length < 5_000) await new Promise((resolve) => setImmediate(resolve));
  expect(pool.depth()).toBe(0);
});

test('an urgent key goes before those that were added earlier', async () => {
  const { signal } = new AbortController();
  const done: string[] = [];
  const pool = createWorkerPool((key) => Promise.resolve(void done.push(key)), 1, signal);
  pool.add('first', false);
  pool.add('second', false);
  pool.add('urgent', true);
  pool.hurry('second');
  pool.start();
  while (done.length < 3) await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual(['urgent', 'second', 'first']);
});
