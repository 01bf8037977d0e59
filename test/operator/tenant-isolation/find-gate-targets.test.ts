import { describe, expect, test } from 'vitest';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { KubeError } from '../../../src/kube/kube-error.ts';
import type { KubeResource } from '../../../src/kube/kube-resource.ts';
import { createGateTargetSource } from '../../../src/operator/tenant-isolation/find-gate-targets.ts';
import { createManualClock } from '../../build/manual-clock.ts';

const SLICE = { endpoints: [{ addresses: ['192.0.2.7'] }], ports: [{ port: 6443 }] };
const SERVICE = { spec: { clusterIPs: ['10.96.0.20'] } };
const POD = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

interface World {
  readonly slice: object | null;
  readonly service: object | null;
  readonly resolver: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly webhookService: string | null;
}

const WORLD: World = {
  slice: SLICE,
  service: SERVICE,
  resolver: 'search svc\nnameserver 10.96.0.10\nnameserver fd00::10\n',
  environment: POD,
  webhookService: 'cloister-webhook',
};

function source(world: Partial<World> = {}) {
  const { slice, service, resolver, environment, webhookService } = { ...WORLD, ...world };
  const state = { slice, calls: 0 };
  const clock = createManualClock(0);
  const warnings: object[] = [];
  const client = {
    server: 'https://127.0.0.1:6443',
    get: ({ kind }: KubeResource) => {
      state.calls += 1;
      const found = kind === 'Service' ? service : state.slice;
      if (found !== null) return Promise.resolve(found);
      return Promise.reject(new KubeError(`there is no ${kind}`, { reason: 'NotFound' }));
    },
  } as unknown as KubeClient;
  const { read } = createGateTargetSource({
    client,
    logger: {
      debug: () => {},
      info: () => {},
      warn: (fields) => warnings.push(fields),
      error: () => {},
    },
    clock,
    settings: {
      nodePorts: 'Refuse',
      outsideTargets: [{ address: '1.1.1.1', port: 443 }],
      webhookService,
    },
    environment,
    readResolverConfiguration: () => Promise.resolve(resolver),
  });
  return { read, clock, warnings, state };
}

describe('the targets of start gates', () => {
  test('are the API server, DNS, the webhook, and addresses outside', async () => {
    const targets = await source().read();
    const texts = targets.map(
      ({ name, address, port, protocol }) => `${name} ${address} ${port} ${protocol}`,
    );
    expect(texts.sort()).toEqual([
      'api-server 10.96.0.1 443 TCP',
      'api-server-endpoint 192.0.2.7 6443 TCP',
      'cluster-dns 10.96.0.10 53 TCP',
      'cluster-dns 10.96.0.10 53 UDP',
      'cluster-dns fd00::10 53 TCP',
      'cluster-dns fd00::10 53 UDP',
      'outside 1.1.1.1 443 TCP',
      'webhook 10.96.0.20 443 TCP',
    ]);
  });

  test.for([
    ['there is no EndpointSlice of the API server', { slice: null }, /there is no EndpointSlice/],
    [
      'it has no addresses',
      { slice: { endpoints: null, ports: [] } },
      /default\/kubernetes has no addresses/,
    ],
    ['there is no Service of the webhook', { service: null }, /there is no Service/],
    ['it has no address', { service: { spec: { clusterIPs: ['None'] } } }, /cloister-webhook has no address/],
    ['no DNS server is named', { resolver: 'search svc\n' }, /resolv\.conf names no server/],
  ] as const)('are not known where %s', async ([, world, message]) => {
    await expect(source(world).read()).rejects.toThrow(message);
  });

  test('leave out the webhook where it is not behind a Service', async () => {
    const targets = await source({ webhookService: null, service: null }).read();
    expect(targets.map(({ name }) => name)).not.toContain('webhook');
  });

  test('leave out a loopback address of the API server, which the log says once', async () => {
    const { read, clock, warnings } = source({ environment: {} });
    const targets = await read();
    expect(targets.map(({ name }) => name)).not.toContain('api-server');
    await clock.advance(61_000);
    await read();
    expect(warnings).toMatchObject([{ leftOut: [{ target: { address: '127.0.0.1', port: 6443 } }] }]);
  });

  test('are read again after a minute, and at once after a failure', async () => {
    const { read, clock, state } = source();
    await read();
    await read();
    expect(state.calls).toBe(2);
    await clock.advance(60_000);
    state.slice = null;
    await expect(read()).rejects.toThrow(/there is no EndpointSlice/);
    state.slice = SLICE;
    await expect(read()).resolves.toHaveLength(8);
  });
});
