import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { KubeError } from '../../../src/kube/kube-error.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import {
  deleteRoleSecret,
  ensureRoleSecret,
  type SecretClient,
} from '../../../src/operator/feed/role-secrets.ts';

interface StoredSecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

const PLACE = { namespace: 'acme', role: 'analyst' };

/** The Secrets of one namespace, by name. */
function store() {
  const secrets = new Map<string, StoredSecret>();
  const known = (name: string): StoredSecret => {
    const found = secrets.get(name);
    if (found === undefined) throw new KubeError('there is none', { reason: 'NotFound' });
    return found;
  };
  const client = {
    get: async (_resource: unknown, { name }: { name: string }) => known(name),
    create: async (_resource: unknown, object: StoredSecret) => {
      const { name = '' } = object.metadata;
      if (secrets.has(name)) throw new KubeError('there is one', { reason: 'AlreadyExists' });
      secrets.set(name, object);
      return object;
    },
    delete: async (_resource: unknown, { name }: { name: string }) => {
      known(name);
      secrets.delete(name);
    },
  } as unknown as SecretClient;
  return { secrets, client };
}

const valueOf = (secret: StoredSecret | undefined): string =>
  Buffer.from(secret?.data?.['secret'] ?? '', 'base64').toString();
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

test('a Secret is made of 32 random bytes, once, and its hash is told', async () => {
  const { secrets, client } = store();
  const first = await ensureRoleSecret(PLACE, client);
  const made = secrets.get('cloister-proxy-r-analyst');
  expect(Buffer.from(valueOf(made), 'base64url')).toHaveLength(32);
  expect(made).toMatchObject({
    immutable: true,
    metadata: { namespace: 'acme', labels: { 'app.kubernetes.io/managed-by': 'cloister' } },
  });
  expect(first).toBe(hash(valueOf(made)));
  expect(await ensureRoleSecret(PLACE, client)).toBe(first);
  expect(secrets.get('cloister-proxy-r-analyst')).toBe(made);
  expect(await ensureRoleSecret({ ...PLACE, role: 'other' }, client)).not.toBe(first);
});

test('one without its key is made again', async () => {
  const { secrets, client } = store();
  const labels = { 'app.kubernetes.io/managed-by': 'cloister' };
  secrets.set('cloister-proxy-r-analyst', { metadata: { name: 'cloister-proxy-r-analyst', labels } });
  const made = await ensureRoleSecret(PLACE, client);
  expect(hash(valueOf(secrets.get('cloister-proxy-r-analyst')))).toBe(made);
});

test('one of somebody else is left alone, and named', async () => {
  const { secrets, client } = store();
  const theirs = { metadata: { name: 'cloister-proxy-r-analyst' }, data: { secret: 'dGhlaXJz' } };
  secrets.set('cloister-proxy-r-analyst', theirs);
  await expect(ensureRoleSecret(PLACE, client)).rejects.toThrow(
    'Secret "cloister-proxy-r-analyst" in namespace "acme" is not Cloister\'s; delete it',
  );
  expect(secrets.get('cloister-proxy-r-analyst')).toBe(theirs);
});

test('one that is gone already is no fault', async () => {
  const { client } = store();
  await expect(deleteRoleSecret(PLACE, client)).resolves.toBeUndefined();
});
