import type { Sender } from './sender.ts';

/** Sends so many requests, each connection its next as soon as it has its answer. Gives the milliseconds they took. */
export async function runClosedLoop(sender: Sender, count: number): Promise<number> {
  let left = count;
  const started = performance.now();
  await Promise.all(
    sender.connections.map(async (connection) => {
      while (left > 0) {
        left -= 1;
        await sender.send(connection, sender.take());
      }
    }),
  );
  return performance.now() - started;
}
