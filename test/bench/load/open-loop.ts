import type { KeptConnection } from './kept-connection.ts';
import type { Sender } from './sender.ts';

/**
 * Sends requests when they are due, at random intervals (exponential, always the same), whether or not earlier ones are
 * answered: a slow server is not spared. Gives the milliseconds from when each was due to its answer, with the time it
 * waited for a free connection.
 */
export async function runOpenLoop(sender: Sender, count: number, perSecond: number): Promise<number[]> {
  const due = arrivals(count, 1000 / perSecond);
  const idle: KeptConnection[] = [...sender.connections];
  const waiting: number[] = [];
  const latencies: number[] = [];
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const begin = (connection: KeptConnection, time: number): void => {
      sender.send(connection, sender.take()).then(() => end(connection, time), reject);
    };
    const end = (connection: KeptConnection, time: number): void => {
      latencies.push(performance.now() - started - time);
      if (latencies.length === count) resolve(latencies);
      const next = waiting.shift();
      if (next === undefined) idle.push(connection);
      else begin(connection, next);
    };
    let index = 0;
    // A timer is good to a millisecond at best; looking again after every turn of the event loop, to microseconds.
    const sendDue = (): void => {
      const now = performance.now() - started;
      for (let time = due[index]; time !== undefined && time <= now; time = due[index]) {
        index += 1;
        const connection = idle.pop();
        if (connection === undefined) waiting.push(time);
        else begin(connection, time);
      }
      if (index < count) setImmediate(sendDue);
    };
    sendDue();
  });
}

/** Milliseconds from the start at which requests are due. */
function arrivals(count: number, meanInterval: number): readonly number[] {
  const random = createRandom(20_261_123);
  let time = 0;
  return Array.from({ length: count }, () => (time -= Math.log(1 - random()) * meanInterval));
}

/** mulberry32: the same numbers from 0 to below 1 on every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
