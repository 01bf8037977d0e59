import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { dialFirst } from '../../../src/gateway/egress/dial-first.ts';
import { listenLocally } from './local-network.ts';

test('a connection that is made in the turn in which it is given up is destroyed', async () => {
  const port = await listenLocally(createServer());
  for (let turns = 0; turns < 12; turns += 1) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const givenUp = new AbortController();
    const dial = async (): Promise<Socket> => {
      // The signal is aborted so many turns of the queue before the connection is there.
      givenUp.abort(new Error('given up'));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      return socket;
    };
    await expect(dialFirst(['192.0.2.1'], dial, givenUp.signal)).rejects.toThrow('given up');
    await vi.waitFor(() => expect(socket.destroyed).toBe(true));
  }
});
