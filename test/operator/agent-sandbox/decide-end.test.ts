import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/operator/agent-sandbox/decide.ts';
import { at, podIn, RUNNING, START, world, type WorldChange } from './sandbox-world.ts';

const from = [{ podSelector: { matchLabels: { app: 'front' } } }];
const served: WorldChange = {
  spec: { ports: [8080] },
  role: ({ spec }) => (spec.network.ingress = [{ port: 8080, from }]),
};

describe('who may call a sandbox', () => {
  test.for<readonly [string, WorldChange, boolean]>([
    ['is said before its pod is there', served, true],
    ['is nobody after its end', { ...served, status: { endTime: at(-5) } }, false],
    ['is nobody when it ends', { ...served, spec: { ports: [8080], state: 'Stopped' } }, false],
    ['is nobody without a tenant', { ...served, tenant: null }, false],
    ['is nobody where its role does not say it', { spec: { ports: [8080] } }, false],
  ])('%s', ([, change, wanted]) => {
    expect(decide(world(change)).ingress !== null).toBe(wanted);
  });
});

describe('a sandbox with ttlSecondsAfterFinished', () => {
  const expirationOf = (change: WorldChange): number | null => decide(world(change)).expiration;

  test('is deleted so long after its end', () => {
    const status = { endTime: at(-30) };
    expect(expirationOf({ spec: { ttlSecondsAfterFinished: 60 }, status })).toBe(START + 30_000);
    expect(expirationOf({ spec: { ttlSecondsAfterFinished: 0 }, status })).toBe(START - 30_000);
  });

  test('stays while it has not ended', () => {
    const of = world({ spec: { ttlSecondsAfterFinished: 0 } });
    expect(decide({ ...of, pod: podIn(of, RUNNING) }).expiration).toBeNull();
  });

  test('stays in a namespace that has no tenant, where the operator may delete nothing', () => {
    const spec = { ttlSecondsAfterFinished: 0 };
    expect(expirationOf({ spec, tenant: null, status: { endTime: at(-30) } })).toBeNull();
  });

  test('and one without it stay', () => {
    expect(expirationOf({ status: { endTime: at(-30) } })).toBeNull();
  });
});
