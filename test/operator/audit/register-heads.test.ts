import { expect, test } from 'vitest';
import type { AuditHead } from '../../../src/audit/audit-log.ts';
import { EMPTY_REGISTRY, parseRegistry, registerHead } from '../../../src/audit/epoch-registry.ts';
import { registerTenant, type RegistrationOptions } from '../../../src/operator/audit/register-heads.ts';
import type { ObservedPod } from '../../../src/operator/observed-objects.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';

const NOW = Date.UTC(2030, 0, 1);

const head = (changes: Partial<AuditHead> = {}): AuditHead => ({
  replica: 'cloister-gateway-0',
  epoch: 'e1',
  number: 1,
  publicKey: 'a'.repeat(64),
  startTime: '2030-01-01T00:00:00.000Z',
  previous: null,
  sequence: 1,
  hash: 'b'.repeat(64),
  ...changes,
});

function world(answers: Readonly<Record<string, unknown>>) {
  const memory = createMemoryKubeClient();
  const pod = (index: number): ObservedPod => ({
    metadata: { namespace: 'cloister-t-acme', name: `cloister-gateway-${index}` },
    status: { phase: 'Running', podIPs: [{ ip: `10.0.0.${index}` }] },
  });
  const warnings: string[] = [];
  const options = {
    client: memory.client,
    caches: { gatewayPods: { byIndex: () => [pod(0), pod(1)] }, configMaps: { get: () => undefined } },
    logger: { warn: (_fields: object, message: string) => void warnings.push(message) },
    clock: { now: () => NOW },
    ask: (address: string) =>
      address in answers ? Promise.resolve(answers[address]) : Promise.reject(new Error('refused')),
  } as unknown as RegistrationOptions;
  return { ...memory, warnings, register: () => registerTenant('acme', known, options) };
}

const known = new Map();
const written = (body: unknown) =>
  parseRegistry((body as { data: Record<string, string> }).data['epochs.json'] ?? '');

test('what gateways say is written once, and again when a head has moved', async () => {
  known.clear();
  const answers: Record<string, unknown> = { '10.0.0.0': head() };
  const { register, writes } = world(answers);
  await register();
  await register();
  answers['10.0.0.0'] = head({ sequence: 7, hash: 'c'.repeat(64) });
  await register();
  expect(writes.map(({ verb, what }) => `${verb} ${what}`)).toEqual([
    'apply configmaps/cloister-audit-heads',
    'apply configmaps/cloister-audit-heads',
  ]);
  expect(written(writes[1]?.body).epochs).toMatchObject([{ epoch: 'e1', sequence: 7 }]);
});

test('a replica that speaks for another one, or says no head, is not registered', async () => {
  known.clear();
  const { register, writes, warnings } = world({
    '10.0.0.0': head({ replica: 'cloister-gateway-1' }),
    '10.0.0.1': 'x',
  });
  await register();
  expect(writes).toEqual([]);
  expect(warnings).toHaveLength(2);
});

test.for<readonly [string, Partial<AuditHead>, string]>([
  ['whose head goes back', { sequence: 3 }, 'the head went back from 5 to 3'],
  ['whose key changes', { publicKey: 'd'.repeat(64), sequence: 9 }, 'the public key changed'],
  ['that changes a record', { hash: 'd'.repeat(64) }, 'record 5 changed'],
])('an epoch %s is marked, and what was registered first stands', ([, changes, contradiction]) => {
  const before = registerHead(EMPTY_REGISTRY, head({ sequence: 5 }), NOW);
  const after = registerHead(before, head({ sequence: 5, ...changes }), NOW + 1);
  expect(after.epochs).toEqual([{ ...before.epochs[0], contradiction }]);
});

test('the list is bounded, and says how many are not in it any more', () => {
  let registry = EMPTY_REGISTRY;
  for (let number = 1; number <= 205; number += 1) {
    registry = registerHead(registry, head({ epoch: `e${number}`, number }), NOW);
  }
  expect(registry.removed).toBe(5);
  expect(registry.epochs.map(({ number }) => number)).toEqual(
    Array.from({ length: 200 }, (_, index) => index + 6),
  );
});
