import { connect, type Socket } from 'node:net';
import { isPatternAt, writePattern } from './byte-pattern.ts';
import { SINK_HOST, SOURCE_HOST } from './destinations.ts';
import { readSocket, type SocketReader } from './socket-reader.ts';
import { ALL_TAKEN, READY } from './start-servers.ts';

/** Who opens a tunnel: the address that it connects from, and its proof. */
export interface TunnelUser {
  readonly address: string;
  /** Value of `Proxy-Authorization`. */
  readonly authorization: string;
}

/** What was asked of a server since it was started, and how much of that was refused. */
export interface Tally {
  asked: number;
  refused: number;
}

/** A proxy, and what is asked of it. */
export interface TunnelTarget {
  readonly port: number;
  readonly users: readonly TunnelUser[];
  /** The hello of each host. */
  readonly hellos: ReadonlyMap<string, Buffer>;
  /** The host that must be refused; null if the proxy refuses none. */
  readonly refusedHost: string | null;
  readonly tally: Tally;
}

/** A tunnel whose hello has been answered. */
export interface OpenTunnel {
  readonly socket: Socket;
  readonly reader: SocketReader;
}

const PROXY_ADDRESS = '127.0.0.1';
const ESTABLISHED = /^HTTP\/1\.1 200 /;
const FORBIDDEN = /^HTTP\/1\.1 403 /;
/** What a tunnel carries in each direction after the hello. */
const MESSAGE = Buffer.alloc(1_024, 'message of the bench ');

/** Opens a tunnel and returns its head and its socket. The user's address is one of loopback. */
async function ask(
  { port, users, tally }: TunnelTarget,
  host: string,
  index: number,
): Promise<OpenTunnel & { readonly head: string }> {
  const user = users[index % users.length];
  if (user === undefined) throw new Error('nobody may open a tunnel');
  tally.asked += 1;
  const socket = connect({
    host: PROXY_ADDRESS,
    port,
    localAddress: user.address,
    allowHalfOpen: true,
    noDelay: true,
  });
  const reader = readSocket(socket);
  socket.write(
    `CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\nProxy-Authorization: ${user.authorization}\r\n\r\n`,
  );
  const head = (await reader.until('\r\n\r\n')).toString('latin1');
  return { socket, reader, head };
}

/** Opens a tunnel to an allowed host; throws unless it is established. The `index` says which user asks. */
async function establish(target: TunnelTarget, host: string, index: number): Promise<OpenTunnel> {
  const { head, socket, reader } = await ask(target, host, index);
  if (!ESTABLISHED.test(head)) {
    socket.destroy();
    throw new Error(`${host}: the tunnel is not established: ${head.trimEnd()}`);
  }
  const hello = target.hellos.get(host);
  if (hello === undefined) throw new Error(`${host}: there is no hello`);
  socket.write(hello);
  return { socket, reader };
}

/** Opens a tunnel to the echo and sends a hello through it, which must come back as it was. */
export async function openEchoTunnel(target: TunnelTarget, host: string, index: number): Promise<OpenTunnel> {
  const tunnel = await establish(target, host, index);
  const hello = target.hellos.get(host);
  await expectBytes(tunnel.reader, hello ?? Buffer.alloc(0), `${host}: the hello`);
  return tunnel;
}

/** Uses a tunnel from its opening to its end. */
export async function useEchoTunnel(target: TunnelTarget, host: string, index: number): Promise<void> {
  const { socket, reader } = await openEchoTunnel(target, host, index);
  socket.write(MESSAGE);
  await expectBytes(reader, MESSAGE, `${host}: the message`);
  socket.end();
  await expectEnd(reader, host);
}

/** Asks for a tunnel that must be refused with a 403 that has a body. */
export async function beRefused(target: TunnelTarget, host: string, index: number): Promise<void> {
  const { head, socket, reader } = await ask(target, host, index);
  const body = FORBIDDEN.test(head) ? (await reader.rest()).toString('utf8') : '';
  socket.destroy();
  if (!body.includes('HostNotAllowed')) {
    throw new Error(`${host}: must be refused, got ${head.trimEnd()} ${body}`);
  }
  target.tally.refused += 1;
}

/** Reads so many bytes through a tunnel, each of which is compared. */
export async function download(target: TunnelTarget, bytes: number, index: number): Promise<void> {
  const { socket, reader } = await establish(target, SOURCE_HOST, index);
  let position = 0;
  let isRight = true;
  const count = await reader.pass((chunk) => {
    isRight &&= isPatternAt(position, chunk);
    position += chunk.length;
  });
  socket.end();
  if (!isRight || count !== bytes) throw new Error(`${count} of ${bytes} bytes came, all right: ${isRight}`);
}

/** Sends so many bytes through a tunnel; the sink says whether they were all there and right. */
export async function upload(target: TunnelTarget, bytes: number, index: number): Promise<void> {
  const { socket, reader } = await establish(target, SINK_HOST, index);
  await expectBytes(reader, Buffer.from(READY), 'the sink');
  writePattern(socket, bytes);
  await expectBytes(reader, Buffer.from(ALL_TAKEN), 'the sink');
  await expectEnd(reader, SINK_HOST);
}

async function expectBytes(reader: SocketReader, expected: Buffer, what: string): Promise<void> {
  const found = await reader.take(expected.length);
  if (!found.equals(expected)) throw new Error(`${what} did not come back as it was sent`);
}

async function expectEnd(reader: SocketReader, host: string): Promise<void> {
  const rest = await reader.rest();
  if (rest.length > 0) throw new Error(`${host}: ${rest.length} bytes came that nobody sent`);
}
