import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { askTunnel, openTunnel } from './proxy-client.ts';
import { POLL, useProxy } from './use-proxy.ts';

const HOST = 'allowed.example.com';
const ADDRESS = '203.0.114.10';

const gateway = useProxy((spec) => {
  spec.network.allow = [{ host: HOST, ports: [443] }] as typeof spec.network.allow;
});

describe('a tunnel', () => {
  test('to an allowed host carries bytes both ways, and is recorded before and after', async () => {
    await gateway.world.serve(HOST, ADDRESS, (socket) => socket.end('hello'));
    const socket = await openTunnel(gateway.access, `${HOST}:443`, gateway.authority.certificate);
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('hello');
    socket.end();
    await expect.poll(() => gateway.records().length, POLL).toBeGreaterThan(2);
    console.log(JSON.stringify(gateway.records(), null, 1));
  });

  test('to another host is refused with the rule, and its name is never resolved', async () => {
    const { status, body } = await askTunnel(gateway.access, 'refused.example.com:443');
    expect({ status, body }).toMatchObject({
      status: 403,
      body: { decision: 'Deny', reason: 'HostNotAllowed', rule: 'spec.network.allow', level: 'Gateway' },
    });
    expect(gateway.world.resolved).not.toContain('refused.example.com');
    console.log(JSON.stringify(gateway.records().at(-1), null, 1));
  });
});
