import { once } from 'node:events';
import { PassThrough, Duplex } from 'node:stream';
import { connect } from 'node:tls';

/** Returns the bytes that Node's TLS client sends first to a server of this name. */
export async function clientHello(host: string): Promise<Buffer> {
  const sent = new PassThrough();
  const socket = connect({
    socket: Duplex.from({ readable: new PassThrough(), writable: sent }),
    servername: host,
  });
  socket.on('error', () => {});
  const [hello] = (await once(sent, 'data')) as [Buffer];
  socket.destroy();
  return hello;
}

/** Returns the hello of each host. */
export async function clientHellos(hosts: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const hellos = new Map<string, Buffer>();
  for (const host of hosts) hellos.set(host, await clientHello(host));
  return hellos;
}
