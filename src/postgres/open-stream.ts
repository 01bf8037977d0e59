import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { unlessAborted } from '../lib/unless-aborted.ts';
import { DatabaseError } from './database-error.ts';
import type { DatabasePlace } from './database-session.ts';

/** Connects to the server, and gives the connection before anything is sent by it. */
export type Dial = (signal: AbortSignal) => Promise<Socket>;

/** `SSLRequest` of the protocol: its length, and its code. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** How messages name the database. */
export function describePlace({ host, port, database }: DatabasePlace): string {
  return `database ${JSON.stringify(database)} at ${JSON.stringify(host)}, port ${port}`;
}

/**
 * Opens a connection with TLS, to a server whose certificate is signed by the authority and is for the host, whatever is dialled
 * and whatever the environment says. Rejects with an error of the system or of TLS, with a DatabaseError, or with the reason of the signal.
 */
export async function openStream(
  place: DatabasePlace,
  dial: Dial | undefined,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = await (dial ?? dialPlace(place))(signal);
  // Whoever waits for it learns of an error; afterwards nobody does.
  socket.on('error', () => undefined);
  try {
    await unlessAborted(requestTls(socket, place), signal);
    const stream = connectTls({
      socket,
      host: place.host,
      // A server name is never an address (RFC 6066 §3).
      ...(isIP(place.host) === 0 ? { servername: place.host } : {}),
      ...(place.authority === null ? {} : { ca: place.authority }),
      // If not set, NODE_TLS_REJECT_UNAUTHORIZED would decide.
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    });
    stream.on('error', () => undefined);
    await unlessAborted(once(stream, 'secureConnect'), signal);
    return stream;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function dialPlace({ host, port }: DatabasePlace): Dial {
  return async (signal) => {
    const socket = connectSocket({ host, port });
    try {
      await unlessAborted(once(socket, 'connect'), signal);
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  };
}

/** Asks for TLS. Anything that comes with the answer was not encrypted, and whoever is between could have added it (CVE-2021-23222). */
async function requestTls(socket: Socket, place: DatabasePlace): Promise<void> {
  socket.write(SSL_REQUEST);
  const answer = await once(socket, 'data');
  if (Buffer.isBuffer(answer) && answer.toString('latin1') === 'S') return;
  const problem =
    'the server does not offer TLS, without which Cloister does not connect: set ssl = on at the server';
  throw new DatabaseError(describePlace(place), { reason: 'Unreachable', problem });
}

/** Waits for an event. Rejects where the connection fails or ends before it. */
function once(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      socket.removeListener(event, onEvent).removeListener('error', onError).removeListener('close', onClose);
      finish();
    };
    const onEvent = (value: unknown): void => settle(() => resolve(value));
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('the connection was closed')));
    socket.once(event, onEvent).once('error', onError).once('close', onClose);
  });
}
