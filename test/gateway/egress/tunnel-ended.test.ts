import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { relayTunnel, type TunnelOutcome } from '../../../src/gateway/egress/tunnel.ts';
import { createTunnelClock } from '../../../src/gateway/egress/tunnel-clock.ts';
import { listenLocally } from './local-network.ts';
import { echo, HELLO, HOST } from './open-tunnel.ts';

/** Begins a tunnel whose client has said all while the destination was dialled. Returns how it ended, as soon as it has. */
async function relayEnded(head: Buffer): Promise<() => TunnelOutcome | null> {
  const accepted = Promise.withResolvers<Socket>();
  const agent = connect({
    port: await listenLocally(createServer({ allowHalfOpen: true }, accepted.resolve)),
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  const port = await listenLocally(createServer({ allowHalfOpen: true }, echo));
  const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => [agent, upstream].forEach((socket) => socket.destroy()));
  agent.resume().end();
  const client = await accepted.promise;
  await once(client.resume(), 'end');
  const destination = { host: HOST, encryptedClientHello: 'Refuse' } as const;
  const limits = { maxUploadBytes: 1_000, maxDownloadBytes: 1_000, idleSeconds: 60, maxSeconds: 60 };
  const clock = createTunnelClock({ monotonicNow: () => performance.now(), intervalMilliseconds: 10 });
  let ended: TunnelOutcome | null = null;
  const { signal } = new AbortController();
  void relayTunnel({
    client,
    head,
    upstream,
    destination: { ...destination, ...limits },
    signal,
    clock,
  }).then((outcome) => (ended = outcome));
  return () => ended;
}

test.for([
  ['nothing', Buffer.alloc(0)],
  ['a part of a ClientHello', HELLO.subarray(0, 30)],
] as const)('a client that has sent %s and ended is refused at once', async ([, head]) => {
  const ended = await relayEnded(head);
  await vi.waitFor(() => expect(ended()).toMatchObject({ reason: 'HelloRefused', bytesUp: 0 }));
});

test('a client that has sent a whole ClientHello and ended has its end passed on', async () => {
  const ended = await relayEnded(HELLO);
  const bytes = HELLO.length;
  await vi.waitFor(() =>
    expect(ended()).toMatchObject({ reason: 'Ended', bytesUp: bytes, bytesDown: bytes }),
  );
});
