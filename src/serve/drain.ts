import type { Logger } from '../lib/log.ts';
import type { WebhookServer } from '../webhook/server.ts';

/** What a shutdown works with. */
export interface DrainOptions {
  readonly server: Pick<WebhookServer, 'endConnections' | 'close'>;
  readonly log: Logger;
  /** Until no new connection is accepted: longer than it takes to be taken out of the Service. */
  readonly delayMilliseconds: number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/**
 * Shuts down without losing a review; resolves when the last one is answered. It goes on serving while the endpoint is
 * taken out of the Service, for the last half of that time with each answer ending its connection, and only then
 * closes: a connection still open has been idle so long that no request is likely to be on its way.
 */
export async function drain({ server, log, delayMilliseconds, sleep }: DrainOptions): Promise<void> {
  log.info({ delayMilliseconds }, 'draining');
  await sleep(delayMilliseconds / 2);
  server.endConnections();
  await sleep(delayMilliseconds / 2);
  await server.close();
  log.info({}, 'drained');
}
