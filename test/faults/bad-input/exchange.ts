import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { GATE_PROTOCOL } from '../../../src/lib/gate-protocol.ts';

/** Where bytes go, and from which address of the loopback device. */
export interface Target {
  readonly port: number;
  readonly from: string;
  /** Certificates of who serves TLS there; not set for plain TCP. */
  readonly authorities?: string;
}

/** How a client behaves that has sent its bytes. */
export type Ending = 'Wait' | 'HalfClose' | 'Reset' | 'Trickle';

/** What came back: the status of the first answer, and the reason in its body; nulls where the connection just ended. */
export interface Reply {
  readonly status: number | null;
  readonly reason: string | null;
}

const HOST = '127.0.0.1';
const TIMEOUT_MILLISECONDS = 20_000;

/** Sends bytes as they are and reads until the server ends the connection. Rejects where it does not. */
export async function exchange(target: Target, bytes: Buffer, ending: Ending): Promise<Reply> {
  const socket = await open(target);
  if (socket === null) return { status: null, reason: null };
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const { promise: isClosed, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(() => {
    socket.destroy();
    reject(
      new Error(`the server kept a connection after ${JSON.stringify(bytes.toString('latin1', 0, 200))}`),
    );
  }, TIMEOUT_MILLISECONDS);
  const trickle = ending === 'Trickle' ? setInterval(() => socket.write('a'), 200) : undefined;
  socket.once('close', () => {
    clearInterval(trickle);
    resolve();
  });
  // A server that is done says so by ending; a client with manners then ends as well.
  socket.once('end', () => socket.end());
  socket.write(bytes);
  if (ending === 'HalfClose') socket.end();
  if (ending === 'Reset') setTimeout(() => socket.destroy(), 20);
  await isClosed.finally(() => clearTimeout(late));
  return readReply(Buffer.concat(chunks).toString('latin1'));
}

async function open({ port, from, authorities }: Target): Promise<Socket | null> {
  const tcp = connectTcp({ host: HOST, port, localAddress: from, allowHalfOpen: true });
  const socket =
    authorities === undefined
      ? tcp
      : connectTls({ socket: tcp, ca: authorities, servername: GATE_PROTOCOL.host, minVersion: 'TLSv1.3' });
  tcp.on('error', () => undefined);
  socket.on('error', () => undefined);
  const opened = once(socket, authorities === undefined ? 'connect' : 'secureConnect').then(() => true);
  // The limiter of the address ends a connection without a word.
  const isOpen = await Promise.race([opened, once(socket, 'close').then(() => false)]).catch(() => false);
  if (!isOpen) tcp.destroy();
  return isOpen ? socket : null;
}

function readReply(text: string): Reply {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  const reason = /"reason":"(\w+)"/.exec(text)?.[1];
  return { status: status === undefined ? null : Number(status), reason: reason ?? null };
}
