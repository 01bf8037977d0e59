import type { Sender } from './sender.ts';

/** Milliseconds of the same pod at both targets. */
export interface Pair {
  readonly first: number;
  readonly second: number;
  readonly isRefused: boolean;
}

/** Sends every request to both targets, one at a time, each to begin in turn. `first` says what is refused. */
export async function runPairedLoop(first: Sender, second: Sender, count: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let index = 0; index < count; index++) {
    if (index % 2 === 0) {
      const { milliseconds, isRefused } = await sendOne(first);
      pairs.push({ first: milliseconds, second: (await sendOne(second)).milliseconds, isRefused });
    } else {
      const { milliseconds } = await sendOne(second);
      const other = await sendOne(first);
      pairs.push({ first: other.milliseconds, second: milliseconds, isRefused: other.isRefused });
    }
  }
  return pairs;
}

async function sendOne(sender: Sender): Promise<{ milliseconds: number; isRefused: boolean }> {
  const [connection] = sender.connections;
  if (connection === undefined) throw new Error('there is no connection');
  const request = sender.take();
  const started = performance.now();
  await sender.send(connection, request);
  return { milliseconds: performance.now() - started, isRefused: request.isRefused };
}
