import type { Client } from 'pg';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { DatabasePlace } from './database-session.ts';
import { type Dial, openStream } from './open-stream.ts';

export interface CancelOptions {
  /** Whose statement is to be ended. */
  readonly client: Client;
  readonly place: DatabasePlace;
  readonly dial: Dial | undefined;
  readonly clock: Clock;
}

const CANCEL_MILLISECONDS = 2000;

/** `CancelRequest` of the protocol: its length, and its code. Process and key of the session follow. */
const CANCEL_REQUEST = [0, 0, 0, 16, 4, 210, 22, 46];

/**
 * Asks the server on a connection of its own to end what the session runs, which takes it a moment; of a connection that is only closed it
 * learns within `client_connection_check_interval`. The key of the session goes by TLS. Resolves when the server has read it, or cannot be asked.
 */
export async function requestCancel({ client, place, dial, clock }: CancelOptions): Promise<void> {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
  const request = Buffer.alloc(16);
  request.set(CANCEL_REQUEST);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  const onTimeout = (): Error => new Error('the server did not take the request');
  await withDeadline({ clock, milliseconds: CANCEL_MILLISECONDS, onTimeout }, async (signal) => {
    const stream = await openStream(place, dial, signal);
    const end = (): void => void stream.destroy();
    signal.addEventListener('abort', end, { once: true });
    // The server answers nothing, and closes the connection when it has signalled the session.
    const closed = new Promise<void>((resolve) => void stream.once('close', () => resolve()));
    stream.resume().write(request);
    await closed;
  }).catch(() => undefined);
}
