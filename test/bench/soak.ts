import type { Bench } from './bench.ts';
import { warmWebhooks } from './webhooks.ts';

/** What 100,000 reviews leave behind in the webhook's process. */
export interface Soak {
  /** Bytes of heap in use after a collection, at 50,000 and at 100,000 reviews. */
  readonly heapAtHalf: number;
  readonly heapAtEnd: number;
  /** The most memory the process ever had, in bytes. */
  readonly peakResidentBytes: number;
}

const HALF = 50_000;

/** Sends them, once for all bars that ask. */
export function soakWebhook(bench: Bench): Promise<Soak> {
  return bench.once('soak', async () => {
    const { client, ours } = await warmWebhooks(bench);
    const half = bench.isQuick ? HALF / 25 : HALF;
    bench.tell(`sending the webhook ${2 * half} reviews`);
    await client.closedLoop('ours', half);
    const first = await ours.figures({ isCollected: true });
    await client.closedLoop('ours', half);
    const { peakResidentBytes } = await ours.figures();
    const last = await ours.figures({ isCollected: true });
    return { heapAtHalf: first.heapBytes, heapAtEnd: last.heapBytes, peakResidentBytes };
  });
}
