import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { listenOn } from '../../../src/serve/listen.ts';
import { clientHellos } from './client-hello.ts';
import { SINK_HOST, SOURCE_HOST } from './destinations.ts';
import { type Servers, startServers } from './start-servers.ts';
import { beRefused, download, type TunnelTarget, upload, useEchoTunnel } from './tunnels.ts';

const HOST = 'host-0.echo.example.com';
const BULK_BYTES = 300_000;
const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function useServers(): Promise<Servers> {
  const servers = await startServers(BULK_BYTES);
  stops.push(servers.stop);
  return servers;
}

/** Starts a proxy that reads the head, and then does what it is told. */
async function targetOf(serve: (client: Socket) => void): Promise<TunnelTarget> {
  const sockets = new Set<Socket>();
  const proxy: Server = createServer({ allowHalfOpen: true }, (client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.once('data', () => serve(client));
  });
  const port = await listenOn(proxy, 0, '127.0.0.1');
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  });
  const hellos = await clientHellos([HOST, SOURCE_HOST, SINK_HOST]);
  const users = [{ address: '127.0.1.1', authorization: 'Basic YWdlbnQ6c2VjcmV0' }];
  return { port, users, hellos, refusedHost: null, tally: { asked: 0, refused: 0 } };
}

/** Relays to a port, and changes each chunk on the way back. */
function relayTo(port: number, change: (chunk: Buffer) => Buffer) {
  return (client: Socket): void => {
    const upstream = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    upstream.on('error', () => client.destroy());
    client.write(ESTABLISHED);
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => client.write(change(chunk)));
    upstream.once('end', () => client.end());
  };
}

function spoil(chunk: Buffer): Buffer {
  const spoilt = Buffer.from(chunk);
  spoilt.writeUInt8(spoilt.readUInt8(0) ^ 1, 0);
  return spoilt;
}

const same = (chunk: Buffer): Buffer => chunk;

describe('through a proxy that passes on every byte', () => {
  test('a tunnel to the echo is used from its opening to its end', async () => {
    const { ports } = await useServers();
    const target = await targetOf(relayTo(ports.echo, same));
    await useEchoTunnel(target, HOST, 0);
    expect(target.tally).toEqual({ asked: 1, refused: 0 });
  });

  test('bytes are taken from the source and given to the sink', async () => {
    const { ports } = await useServers();
    await download(await targetOf(relayTo(ports.source, same)), BULK_BYTES, 0);
    await upload(await targetOf(relayTo(ports.sink, same)), BULK_BYTES, 0);
  });
});

describe('what is wrong is found', () => {
  test('a byte of the echo that was changed', async () => {
    const { ports } = await useServers();
    const target = await targetOf(relayTo(ports.echo, spoil));
    await expect(useEchoTunnel(target, HOST, 0)).rejects.toThrow('did not come back as it was sent');
  });

  test('a byte of the source that was changed', async () => {
    const { ports } = await useServers();
    const target = await targetOf(relayTo(ports.source, spoil));
    await expect(download(target, BULK_BYTES, 0)).rejects.toThrow('all right: false');
  });

  test('a byte of the source that is missing', async () => {
    const { ports } = await useServers();
    const target = await targetOf(relayTo(ports.source, same));
    await expect(download(target, BULK_BYTES + 1, 0)).rejects.toThrow(`${BULK_BYTES} of ${BULK_BYTES + 1}`);
  });

  test('bytes that do not reach the sink', async () => {
    const { ports } = await useServers();
    const target = await targetOf(relayTo(ports.sink, same));
    await expect(upload(target, BULK_BYTES - 1, 0)).rejects.toThrow('did not come back as it was sent');
  });

  test('a tunnel that is refused', async () => {
    const target = await targetOf((client) => client.end('HTTP/1.1 403 Forbidden\r\n\r\nHostNotAllowed'));
    await expect(useEchoTunnel(target, HOST, 0)).rejects.toThrow('the tunnel is not established');
  });

  test('a tunnel that is not refused', async () => {
    const target = await targetOf((client) => client.end(ESTABLISHED));
    await expect(beRefused(target, HOST, 0)).rejects.toThrow('must be refused');
    expect(target.tally).toEqual({ asked: 1, refused: 0 });
  });

  test('a connection that is closed before the answer', async () => {
    const target = await targetOf((client) => client.destroy());
    await expect(useEchoTunnel(target, HOST, 0)).rejects.toThrow();
  });
});
