import type { Logger } from '../lib/log.ts';
import type { HttpsServer } from './https-server.ts';

export interface DrainOptions {
  readonly server: Pick<HttpsServer, 'endConnections' | 'close'>;
  readonly log: Logger;
  /** How long new connections are still accepted. It must be longer than the removal from the Service's endpoints takes. */
  readonly delayMilliseconds: number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/**
 * Shuts a server down without losing a request. It keeps serving while the endpoint is removed from the Service; in the
 * second half of that time every response closes its connection. A connection that is still open then has been idle for
 * so long that no request is on its way.
 */
export async function drain({ server, log, delayMilliseconds, sleep }: DrainOptions): Promise<void> {
  log.info({ delayMilliseconds }, 'draining');
  await sleep(delayMilliseconds / 2);
  server.endConnections();
  await sleep(delayMilliseconds / 2);
  await server.close();
  log.info({}, 'drained');
}
