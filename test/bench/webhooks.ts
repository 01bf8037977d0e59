import type { Bench } from './bench.ts';
import type { LoadClient } from './load/load-client.ts';
import type { MeasuredServer } from './servers/measured-server.ts';

/** Both webhooks warm, each with kept connections from the same client under its name. */
export interface WarmWebhooks {
  readonly client: LoadClient;
  readonly ours: MeasuredServer;
  readonly baseline: MeasuredServer;
}

/** Connections that are never all in use at the rates measured, and fewer than would cost by themselves. */
export const CONNECTIONS = 16;
/** V8 goes on compiling in other threads until some 80,000 reviews have passed (`--trace-opt`). */
const WARM_UP = 100_000;

/** Starts both and sends each so many reviews that it runs as it will for the rest of its life. */
export function warmWebhooks(bench: Bench): Promise<WarmWebhooks> {
  return bench.once('warm webhooks', async () => {
    const [ours, baseline] = [(await bench.cloister()).webhook, await bench.baseline()];
    const client = bench.client();
    bench.tell('warming both webhooks');
    for (const [name, { target }] of [
      ['ours', ours],
      ['baseline', baseline],
    ] as const) {
      await client.open(name, target, CONNECTIONS);
      await client.closedLoop(name, bench.isQuick ? 2_000 : WARM_UP);
    }
    return { client, ours, baseline };
  });
}
