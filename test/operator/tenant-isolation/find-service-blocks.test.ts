import { expect, test } from 'vitest';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { KubeError, type KubeErrorReason } from '../../../src/kube/kube-error.ts';
import type { KubeResource } from '../../../src/kube/kube-resource.ts';
import { createServiceBlockSource } from '../../../src/operator/tenant-isolation/find-service-blocks.ts';
import { createManualClock } from '../../build/manual-clock.ts';

const SERVICES = [
  { spec: { clusterIPs: ['5.9.0.7', '2a01:4f8::7'] } },
  { spec: { clusterIPs: ['None'] } },
  { spec: {} },
];
const FROM_SERVICES = ['5.9.0.7/32', '2a01:4f8::7/128'];

/** ServiceCIDRs are these, or their list fails so. */
function source(cidrs: readonly object[] | KubeErrorReason) {
  const state = { cidrs, lists: [] as string[] };
  const clock = createManualClock(0);
  const warnings: object[] = [];
  const list = ({ kind }: KubeResource) => {
    state.lists.push(kind);
    if (kind === 'Service') return Promise.resolve({ items: SERVICES });
    if (typeof state.cidrs !== 'string') return Promise.resolve({ items: state.cidrs });
    return Promise.reject(new KubeError('list ServiceCIDR: refused', { reason: state.cidrs }));
  };
  const logger = {
    debug: () => {},
    info: () => {},
    error: () => {},
    warn: (fields: object) => warnings.push(fields),
  };
  const { read } = createServiceBlockSource({ client: { list } as unknown as KubeClient, logger, clock });
  return { read, state, clock, warnings };
}

test('the blocks of Services are those of all ServiceCIDRs', async () => {
  const cidrs = [{ spec: { cidrs: ['10.96.0.0/12', 'fd00::/112'] } }, { spec: { cidrs: ['5.9.0.0/16'] } }];
  const { read, state } = source(cidrs);
  expect(await read()).toEqual(['10.96.0.0/12', 'fd00::/112', '5.9.0.0/16']);
  expect(state.lists).toEqual(['ServiceCIDR']);
});

test.for([
  ['are not served', 'NotFound', 1],
  ['may not be read', 'Forbidden', 1],
  ['are none', [], 0],
] as const)('they are the addresses of Services where ServiceCIDRs %s', async ([, cidrs, warned]) => {
  const { read, warnings } = source(cidrs);
  expect(await read()).toEqual(FROM_SERVICES);
  expect(warnings).toHaveLength(warned);
});

test('they are not known where ServiceCIDRs cannot be read now, and are read again at once', async () => {
  const { read, state } = source('Timeout');
  await expect(read()).rejects.toThrow('list ServiceCIDR');
  state.cidrs = [{ spec: { cidrs: ['5.9.0.0/16'] } }];
  expect(await read()).toEqual(['5.9.0.0/16']);
});

test('they are read again after a minute', async () => {
  const { read, state, clock } = source([{ spec: { cidrs: ['5.9.0.0/16'] } }]);
  await read();
  await read();
  expect(state.lists).toHaveLength(1);
  await clock.advance(60_000);
  await read();
  expect(state.lists).toHaveLength(2);
});
