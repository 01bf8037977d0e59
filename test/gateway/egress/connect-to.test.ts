import { createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { connectTo } from '../../../src/gateway/egress/connect-to.ts';
import { interleaveFamilies } from '../../../src/gateway/egress/dial-first.ts';
import { ALLOW, type Decision } from '../../../src/policy/decision.ts';
import { createLocalNetwork, listenLocally } from './local-network.ts';

const HOST = 'api.example.com';
const V4 = ['93.184.215.14', '93.184.215.15'] as const;
const V6 = ['2606:2800:21f::1', '2606:2800:21f::2'] as const;
const DENY: Decision = { effect: 'Deny', reason: 'AddressNotAllowed', violations: [] };

async function world(...addresses: string[]) {
  const network = createLocalNetwork();
  const port = await listenLocally(createServer());
  network.name(HOST, addresses);
  const signal = new AbortController().signal;
  const connect = (decide: (addresses: readonly string[]) => Decision = () => ALLOW) =>
    connectTo(network, { host: HOST, port: 443 }, decide, signal);
  return { network, port, connect };
}

describe('a connection', () => {
  test('goes to the one address that was decided about, whatever the DNS says next', async () => {
    const { network, port, connect } = await world();
    network.name(HOST, [V4[0]], ['127.0.0.1']);
    network.address(V4[0], port);
    const decide = vi.fn(() => ALLOW);
    expect(await connect(decide)).toMatchObject({ address: V4[0] });
    expect(decide.mock.calls).toEqual([[[V4[0]]]]);
    expect(network.names).toEqual([HOST]);
    expect(network.dialled).toEqual([`${V4[0]} 443`]);
  });

  test('is decided by all addresses of both families at once', async () => {
    const { network, connect } = await world(V4[0], 'fd00::1', V6[0]);
    const decide = vi.fn(() => DENY);
    expect(await connect(decide)).toMatchObject({ refusal: { reason: 'AddressNotAllowed' } });
    expect(decide.mock.calls).toEqual([[[V4[0], 'fd00::1', V6[0]]]]);
    expect(network.dialled).toEqual([]);
  });

  test('to an address is decided about and never resolved', async () => {
    const { network, port } = await world();
    network.address(V4[0], port);
    const decide = vi.fn(() => ALLOW);
    const { signal } = new AbortController();
    expect(await connectTo(network, { host: V4[0], port: 443 }, decide, signal)).toMatchObject({
      address: V4[0],
    });
    expect(decide).toHaveBeenCalledWith([V4[0]]);
    expect(network.names).toEqual([]);
  });

  test('to a name without addresses is refused, and decided by nobody', async () => {
    const { connect, network } = await world();
    const decide = vi.fn(() => ALLOW);
    expect(await connect(decide)).toMatchObject({ refusal: { reason: 'NameNotResolved' } });
    network.resolve = () => Promise.reject(new Error('SERVFAIL'));
    expect(await connect(decide)).toMatchObject({ refusal: { reason: 'NameNotResolved' } });
    expect(decide).not.toHaveBeenCalled();
  });

  test('takes the next address at once where one refuses', async () => {
    const { network, port, connect } = await world(V6[0], V4[0], V6[1], V4[1]);
    network.address(V4[1], port);
    expect(await connect()).toMatchObject({ address: V4[1] });
    expect(network.dialled).toEqual([V6[0], V4[0], V6[1], V4[1]].map((address) => `${address} 443`));
  });

  test('is refused where every address refuses', async () => {
    const { connect } = await world(V6[0], V4[0]);
    expect(await connect()).toMatchObject({ refusal: { reason: 'DestinationUnreachable' } });
  });

  test('takes the next address beside one that does not answer, and gives that up', async () => {
    const { network, port, connect } = await world(V6[0], V4[0]);
    network.address(V4[0], port);
    const dial = network.dial.bind(network);
    const given = Promise.withResolvers<AbortSignal>();
    network.dial = (address, to, signal) => {
      if (address !== V6[0]) return dial(address, to, signal);
      given.resolve(signal);
      return new Promise(() => undefined);
    };
    expect(await connect()).toMatchObject({ address: V4[0] });
    expect((await given.promise).aborted).toBe(true);
  });

  test('that comes too late is destroyed', async () => {
    const { network, port, connect } = await world(V6[0], V4[0]);
    network.address(V6[0], port);
    network.address(V4[0], port);
    const dial = network.dial.bind(network);
    const late = Promise.withResolvers<Socket>();
    network.dial = async (address, to, signal) => {
      if (address === V6[0]) await delay(500);
      const socket = await dial(address, to, signal);
      if (address === V6[0]) late.resolve(socket);
      return socket;
    };
    expect(await connect()).toMatchObject({ address: V4[0] });
    const socket = await late.promise;
    await vi.waitFor(() => expect(socket.destroyed).toBe(true));
  });

  test('throws the reason when it is given up', async () => {
    const { network } = await world(V4[0]);
    network.dial = () => new Promise(() => undefined);
    const cut = new AbortController();
    const connected = connectTo(network, { host: HOST, port: 443 }, () => ALLOW, cut.signal);
    const reason = new Error('cut');
    setTimeout(() => cut.abort(reason), 20);
    await expect(connected).rejects.toBe(reason);
  });
});

test.each([
  [
    [V4[0], V4[1], V6[0]],
    [V6[0], V4[0], V4[1]],
  ],
  [
    [V6[0], V6[1]],
    [V6[0], V6[1]],
  ],
  [[], []],
])('families of %j take turns', (addresses, order) => {
  expect(interleaveFamilies(addresses)).toEqual(order);
});
