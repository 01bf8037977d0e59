import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Shares connections among replicas in turn, as a Service does. */
export interface Balancer {
  /** New connections go to these ports from now on; those that are open stay. */
  readonly use: (ports: readonly number[]) => void;
  readonly close: () => Promise<void>;
}

const ADDRESS = '127.0.0.1';

/** Listens on a port of loopback. */
export async function startBalancer(port: number): Promise<Balancer> {
  let ports: readonly number[] = [];
  let turn = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const target = ports[turn++ % ports.length];
    if (target === undefined) {
      socket.destroy();
      return;
    }
    const onward = connect(target, ADDRESS);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      // What ends on one side ends on the other: a replica that is gone must not look like one that is slow.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await once(server.listen(port, ADDRESS), 'listening');
  return {
    use: (next) => {
      ports = next;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
