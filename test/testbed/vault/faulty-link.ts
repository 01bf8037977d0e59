import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../free-port.ts';

/** A port of loopback behind which a server is, and what can go wrong on the way. */
export interface FaultyLink {
  readonly port: number;
  /** Refuses connections, and cuts those that are open. */
  refuse: () => Promise<void>;
  /** Takes connections again, on the same port. */
  accept: () => Promise<void>;
  /** Every part of a response is late by this time; 0 as at the start. */
  delay: (milliseconds: number) => void;
}

/** Opens a link to a port of loopback. */
export async function openLink(target: number): Promise<FaultyLink> {
  const port = await freePort();
  const open = new Set<Socket>();
  let late = 0;
  const join = (client: Socket): void => {
    const server = connect(target, '127.0.0.1');
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.pipe(server);
    server.on('data', (part) => {
      const send = (): void => void (client.destroyed || client.write(part));
      if (late === 0) send();
      else setTimeout(send, late).unref();
    });
  };
  let listener: Server | undefined;
  const accept = async (): Promise<void> => {
    if (listener !== undefined) return;
    listener = createServer(join).listen(port, '127.0.0.1');
    await once(listener, 'listening');
  };
  const refuse = async (): Promise<void> => {
    const closing = listener;
    if (closing === undefined) return;
    listener = undefined;
    const closed = once(closing, 'close');
    closing.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  await accept();
  return { port, accept, refuse, delay: (milliseconds) => void (late = milliseconds) };
}
