import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createSystemNetwork } from '../../../src/gateway/egress/system-network.ts';
import { startDNSServer } from './dns-server.ts';
import { listenLocally } from './local-network.ts';

const SIGNAL = new AbortController().signal;
const MANY = Array.from({ length: 24 }, (_, index) => `93.184.215.${index}`);
const ZONE = {
  'both.example': { A: ['93.184.215.14', '127.0.0.1'], AAAA: ['2606:2800:21f:0:0:0:0:1'] },
  'old.example': { A: ['93.184.215.14'] },
  'alias.example': { alias: 'both.example' },
  'half.example': { A: ['93.184.215.14'], AAAA: 'Silent' },
  'many.example': { A: MANY },
  'empty.example': {},
  'api.example.svc.cluster.local': { A: ['10.0.0.1'] },
} as const;

describe('the resolver', () => {
  test.each([
    ['both.example', ['2606:2800:21f::1', '93.184.215.14', '127.0.0.1']],
    ['old.example', ['93.184.215.14']],
    ['alias.example', ['2606:2800:21f::1', '93.184.215.14', '127.0.0.1']],
    ['half.example', ['93.184.215.14']],
    ['many.example', MANY],
  ])('returns every address of %s', async (name, addresses) => {
    const { address } = await startDNSServer(ZONE);
    const found = await createSystemNetwork({ dnsServers: [address] }).resolve(name, SIGNAL);
    expect([...found].sort()).toEqual([...addresses].sort());
  });

  test.each(['empty.example', 'unknown.example'])('rejects where %s has no address', async (name) => {
    const { address } = await startDNSServer(ZONE);
    await expect(createSystemNetwork({ dnsServers: [address] }).resolve(name, SIGNAL)).rejects.toThrow();
  });

  test('asks for the absolute name and nothing else', async () => {
    const server = await startDNSServer(ZONE);
    await expect(
      createSystemNetwork({ dnsServers: [server.address] }).resolve('api.example', SIGNAL),
    ).rejects.toThrow();
    expect(new Set(server.asked)).toEqual(new Set(['api.example']));
  });

  test.each(['localhost', '2130706433', '0x7f000001', '127.1', '①②⑦.⓪.⓪.①', 'ip6-localhost'])(
    'makes no address of %s, as getaddrinfo does',
    async (name) => {
      const { address } = await startDNSServer(ZONE);
      await expect(createSystemNetwork({ dnsServers: [address] }).resolve(name, SIGNAL)).rejects.toThrow();
    },
  );

  test('is given up when nobody answers', async () => {
    const server = await startDNSServer({ 'mute.example': { AAAA: 'Silent' } });
    const cut = new AbortController();
    const found = createSystemNetwork({ dnsServers: [server.address] }).resolve('mute.example', cut.signal);
    cut.abort(new Error('cut'));
    await expect(found).rejects.toThrow('cut');
  });
});

describe('the dialler', () => {
  test('connects to an address', async () => {
    const port = await listenLocally(createServer());
    const socket = await createSystemNetwork().dial('127.0.0.1', port, SIGNAL);
    expect(socket.remotePort).toBe(port);
    expect(socket.allowHalfOpen).toBe(true);
    socket.destroy();
  });

  test.each(['localhost', 'example.com', '127.1', '0x7f.1', ''])(
    'never connects to the name "%s"',
    async (name) => {
      await expect(createSystemNetwork().dial(name, 443, SIGNAL)).rejects.toThrow('is not an IP address');
    },
  );

  test('rejects where nobody listens, and where it is given up', async () => {
    const server = createServer();
    const port = await listenLocally(server);
    server.close();
    await expect(createSystemNetwork().dial('127.0.0.1', port, SIGNAL)).rejects.toThrow('ECONNREFUSED');
    const cut = new AbortController();
    const dialled = createSystemNetwork().dial('192.0.2.1', 443, cut.signal);
    cut.abort(new Error('cut'));
    await expect(dialled).rejects.toThrow('cut');
  });
});
