import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { resources } from '../../../src/kube/resources.ts';
import { keepAuditKey } from '../../../src/operator/audit/keep-audit-key.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2030, 0, 1);
const NAME = { namespace: 'cloister-t-acme', name: 'cloister-audit-key' };

type Secret = KubeObject & { data: Record<string, string> };

test('the key of a tenant is made once, and left as it is until it is old', async () => {
  const { client, writes } = createMemoryKubeClient();
  await expect(keepAuditKey('acme', client, NOW)).resolves.toBe(NOW + 30 * DAY);
  const made = await client.get<Secret>(resources.secrets, NAME);
  expect(Buffer.from(made.data['key'] ?? '', 'base64')).toHaveLength(32);
  await expect(keepAuditKey('acme', client, NOW + DAY)).resolves.toBe(NOW + 30 * DAY);
  expect(writes).toHaveLength(1);
});

test('an old key is kept in a Secret of its own before it is replaced', async () => {
  const { client, writes } = createMemoryKubeClient();
  await keepAuditKey('acme', client, NOW);
  const { data } = await client.get<Secret>(resources.secrets, NAME);
  const later = NOW + 31 * DAY;
  await expect(keepAuditKey('acme', client, later)).resolves.toBe(later + 30 * DAY);
  const id = Buffer.from(data['id'] ?? '', 'base64').toString();
  expect(writes.map(({ verb, what }) => `${verb} ${what}`)).toEqual([
    'create secrets/cloister-audit-key',
    `create secrets/cloister-audit-key-${id}`,
    'patch secrets/cloister-audit-key',
  ]);
  expect(writes[1]?.body).toMatchObject({ data });
  expect(JSON.stringify(writes[2]?.body)).not.toContain(data['key']);
});

test("a Secret that is not Cloister's is left alone and reported", async () => {
  const { client, writes, put } = createMemoryKubeClient();
  put('secrets/cloister-audit-key', { metadata: NAME });
  await expect(keepAuditKey('acme', client, NOW)).rejects.toThrow("is not Cloister's; delete it");
  expect(writes).toEqual([]);
});
