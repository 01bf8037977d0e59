import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { freePort } from '../testbed/free-port.ts';
import { listen, type RunningGateway } from './gateway.ts';
import {
  gatewayOf,
  LIMITS,
  loopbackNetwork,
  NO_TABLES,
  PATIENT,
  run,
  serverAt,
  stops,
  tcp,
} from './use-gate.ts';

const TENTATIVE = 'fe800000000000000c0011fffe000001 02 40 20 c0     eth0\n';
const SETTLED = TENTATIVE.replace('c0     eth0', '80     eth0');

describe('the gate passes', () => {
  test('if a target refuses', async () => {
    const report = await run(await gatewayOf({ targets: [tcp(await freePort())] }), { limits: PATIENT });
    expect(report).toMatchObject({ passed: true, rounds: 1, problem: null });
    expect(report.verdict).toMatchObject({ closed: 5, open: [], canary: true });
  });

  test('after a target has closed late', async () => {
    const { server, port } = await serverAt();
    const gateway = await gatewayOf({ targets: [tcp(port)] });
    setTimeout(() => server.close(), 300);
    const report = await run(gateway, { limits: PATIENT });
    expect(report.passed).toBe(true);
    expect(report.rounds).toBeGreaterThan(1);
  });

  test('after the gateway has answered late', async () => {
    const gateway: RunningGateway = await gatewayOf({
      answer: () =>
        gateway.asked() < 3
          ? { status: 503, body: 'not synced' }
          : {
              status: 200,
              body: JSON.stringify({
                format: 1,
                nodePorts: 'Refuse',
                targets: [tcp(1)],
                canary: { address: '127.0.0.1', port: canaryPort },
              }),
            },
    });
    const canary = createServer((socket) => socket.end('cloister-canary\n'));
    stops.push(() => canary.close());
    const canaryPort = await listen(canary, '127.0.0.1');
    expect(await run(gateway, { limits: PATIENT })).toMatchObject({ passed: true });
    expect(gateway.asked()).toBe(3);
  });
});

describe('the gate fails', () => {
  test('if a target is open', async () => {
    const { port } = await serverAt();
    const report = await run(await gatewayOf({ targets: [tcp(port), tcp(await freePort())] }));
    expect(report).toMatchObject({ passed: false, problem: `open: target 127.0.0.1:${port}/TCP` });
    expect(report.verdict?.open).toEqual([tcp(port)]);
    expect(report.rounds).toBeGreaterThan(5);
    // No round began that could end later; the machine may be slow.
    expect(report.milliseconds).toBeLessThan(LIMITS.totalMilliseconds + 5000);
  });

  test('if a target resets what it has accepted', async () => {
    const server = createServer((socket) => socket.resetAndDestroy());
    stops.push(() => server.close());
    const port = await listen(server, '127.0.0.1');
    expect(await run(await gatewayOf({ targets: [tcp(port)] }))).toMatchObject({ passed: false });
  });

  test('if a UDP target answers', async () => {
    const socket = createSocket('udp4');
    stops.push(() => socket.close());
    socket.on('message', (message, { port, address }) => socket.send(message, port, address));
    const port = await new Promise<number>((resolve) => {
      socket.bind(0, '127.0.0.1', () => resolve(socket.address().port));
    });
    const report = await run(await gatewayOf({ targets: [{ ...tcp(port), name: 'dns', protocol: 'UDP' }] }));
    expect(report.problem).toBe(`open: dns 127.0.0.1:${port}/UDP`);
  });

  test.for([
    ['is not there', null],
    ['says something else', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['says nothing', ''],
  ] as const)('if the canary %s', async ([, greeting]) => {
    const report = await run(await gatewayOf({ targets: [tcp(await freePort())], greeting }));
    expect(report).toMatchObject({ passed: false, problem: "the gateway's canary was not reached" });
    expect(report.verdict).toMatchObject({ closed: 5, canary: false });
  });

  test('if a target opens late, while the canary is not reached yet', async () => {
    const port = await freePort();
    const gateway = await gatewayOf({ targets: [tcp(port)], greeting: null });
    setTimeout(() => void serverAt(port), 300);
    const report = await run(gateway);
    expect(report.problem).toBe(`open: target 127.0.0.1:${port}/TCP; the gateway's canary was not reached`);
  });

  test('if a neighbour that becomes known is open', async () => {
    const neighbours = 'IP HW Flags HW-address Mask Device\n10.0.0.1 0x1 0x2 02:00:00:00:00:01 * eth0\n';
    let reads = 0;
    const report = await run(await gatewayOf({ targets: [tcp(await freePort())] }), {
      // Known from the end of the first round on: the first verdict must not count.
      readTables: async () => ({ ...NO_TABLES, neighbours: (reads += 1) > 2 ? neighbours : '' }),
      network: {
        ...loopbackNetwork,
        tryTcp: async (address, ...rest) =>
          address.startsWith('fe80:') ? { state: 'Open' } : loopbackNetwork.tryTcp(address, ...rest),
      },
    });
    expect(report.passed).toBe(false);
    expect(report.problem).toContain('open: neighbour-dns [fe80::0:ff:fe00:1%eth0]:53/TCP');
  });

  test('if an IPv6 address is tentative in every round', async () => {
    const readTables = async () => ({ ...NO_TABLES, ipv6Addresses: TENTATIVE });
    const report = await run(await gatewayOf({ targets: [tcp(await freePort())] }), { readTables });
    expect(report).toMatchObject({ passed: false, verdict: { open: [], canary: true } });
    expect(report.problem).toContain('an IPv6 address of the pod was tentative or missing in every round');
  });

  test('if what it could not reach from a tentative IPv6 address is open', async () => {
    let tries = 0;
    const report = await run(await gatewayOf({ targets: [tcp(await freePort())] }), {
      readTables: async () => ({
        ...NO_TABLES,
        ipv6Routes: 'fe800000000000000000000000000000 0 0 0 fe800000000000000000000000000001 0 0 0 3 eth0',
        ipv6Addresses: tries === 0 ? TENTATIVE : SETTLED,
      }),
      network: {
        ...loopbackNetwork,
        tryTcp: async (address, ...rest) => {
          if (!address.startsWith('fe80:')) return loopbackNetwork.tryTcp(address, ...rest);
          return { state: (tries += 1) <= 3 ? 'Closed' : 'Open' };
        },
      },
    });
    expect(report.passed).toBe(false);
    expect(report.problem).toContain('open: router-');
  });

  test('at once if the answer is malformed', async () => {
    const gateway = await gatewayOf({
      answer: () => ({ status: 200, body: '{"format":1,"nodePorts":"Refuse","targets":[]}' }),
    });
    const report = await run(gateway);
    expect(report).toMatchObject({ passed: false, verdict: null, rounds: 0 });
    expect(report.problem).toContain('targets is "0 entries"; it must be a list of 1 to 256 entries');
    expect(gateway.asked()).toBe(1);
  });

  test('if the answer is too large', async () => {
    const gateway = await gatewayOf({ answer: () => ({ status: 200, body: ' '.repeat(70_000) }) });
    expect((await run(gateway)).problem).toContain('its answer is larger than 65536 bytes');
  });

  test('if the gateway has a certificate of another authority', async () => {
    const gateway = await gatewayOf({ targets: [tcp(await freePort())] });
    const other = await gatewayOf({});
    const report = await run(gateway, { authorities: other.authorities });
    expect(report).toMatchObject({ passed: false, rounds: 0 });
    expect(report.problem).toMatch(/cannot be asked for the targets: .*certificate/i);
    expect(gateway.asked()).toBe(0);
  });

  test('if nothing listens at the gateway', async () => {
    const gateway = await gatewayOf({});
    await stops.pop()?.();
    expect((await run(gateway)).problem).toContain('ECONNREFUSED');
  });

  test('if its own sockets fail, and does not call that closed', async () => {
    const report = await run(await gatewayOf({ targets: [tcp(await freePort())] }), {
      network: { ...loopbackNetwork, tryTcp: () => Promise.reject(new Error('no socket')) },
    });
    expect(report.problem).toContain('the start gate could not try: target');
    expect(report.verdict?.faults).toHaveLength(4);
  });

  test('if it cannot use UDP', async () => {
    const report = await run(await gatewayOf({ targets: [tcp(1)] }), {
      network: { ...loopbackNetwork, canUseUdp: async () => false },
    });
    expect(report.problem).toContain('cannot send UDP datagrams');
  });
});
