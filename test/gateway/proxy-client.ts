import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

/** How to reach a proxy, and as whom. */
export interface ProxyAccess {
  readonly port: number;
  /** The source address, of the loopback device. */
  readonly from: string;
  /** Null sends no proof. */
  readonly secret: string | null;
}

/** The answer of a proxy to a request. */
export interface ProxyAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; null where there is none. */
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly socket: Socket;
}

const HOST = '127.0.0.1';

/** Returns the header that proves who asks. */
export function proofHeader(secret: string | null): string {
  return secret === null
    ? ''
    : `Proxy-Authorization: Basic ${Buffer.from(`agent:${secret}`).toString('base64')}\r\n`;
}

/** Sends bytes as they are, and reads one answer. */
export async function sendRaw(
  { port, from }: Pick<ProxyAccess, 'port' | 'from'>,
  text: string | Buffer,
): Promise<ProxyAnswer> {
  const socket = connectTcp({ host: HOST, port, localAddress: from, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return readAnswer(socket);
}

/** Asks for a tunnel. */
export function askTunnel(access: ProxyAccess, authority: string, more = ''): Promise<ProxyAnswer> {
  const lines = `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n`;
  return sendRaw(access, `${lines}${proofHeader(access.secret)}${more}\r\n`);
}

/** Opens a tunnel, and TLS in it to the host. Rejects where the proxy refuses. */
export async function openTunnel(access: ProxyAccess, authority: string, ca: string): Promise<TLSSocket> {
  const { status, body, socket } = await askTunnel(access, authority);
  if (status !== 200) throw new Error(`the proxy answered ${status}: ${JSON.stringify(body)}`);
  const secure = connectTls({ socket, servername: authority.replace(/:\d+$/, ''), ca });
  secure.on('error', () => undefined);
  await Promise.race([
    once(secure, 'secureConnect'),
    once(secure, 'close').then(() => Promise.reject(new Error('the tunnel was closed'))),
  ]);
  return secure;
}

function readAnswer(socket: Socket): Promise<ProxyAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ProxyAnswer>();
  let read = Buffer.alloc(0);
  const parse = (hasEnded: boolean): void => {
    const end = read.indexOf('\r\n\r\n');
    if (end === -1) return;
    const [line = '', ...lines] = read.subarray(0, end).toString('latin1').split('\r\n');
    const headers = Object.fromEntries(
      lines.map((text): [string, string] => {
        const colon = text.indexOf(':');
        return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()];
      }),
    );
    const length = Number(headers['content-length'] ?? 0);
    const rest = read.subarray(end + 4);
    if (rest.length < length && !hasEnded) return;
    socket.off('data', onData);
    socket.pause();
    const body =
      length === 0 ? null : (JSON.parse(rest.subarray(0, length).toString()) as ProxyAnswer['body']);
    if (rest.length > length) socket.unshift(rest.subarray(length));
    resolve({ status: Number(line.split(' ')[1]), headers, body, socket });
  };
  const onData = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    parse(false);
  };
  socket.on('data', onData);
  socket.once('close', () => {
    parse(true);
    reject(new Error(`the connection was closed after ${JSON.stringify(read.toString('latin1'))}`));
  });
  return promise;
}
