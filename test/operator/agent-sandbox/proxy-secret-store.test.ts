import { describe, expect, test } from 'vitest';
import { KubeError } from '../../../src/kube/kube-error.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import {
  deleteProxySecret,
  ensureProxySecret,
  type SecretClient,
} from '../../../src/operator/agent-sandbox/proxy-secret-store.ts';
import { world } from './sandbox-world.ts';

type KubeSecret = KubeObject & { data?: Record<string, string> };

/** An API server of one Secret. */
function secretsWith(found?: KubeSecret) {
  const state: { secret: KubeSecret | undefined; readonly deleted: unknown[] } = {
    secret: found,
    deleted: [],
  };
  const client = {
    create: (_resource: unknown, object: KubeSecret) => {
      if (state.secret !== undefined) {
        return Promise.reject(new KubeError('it is there', { reason: 'AlreadyExists' }));
      }
      state.secret = object;
      return Promise.resolve(object);
    },
    get: () => Promise.resolve(state.secret),
    delete: (_resource: unknown, name: object, options: object) => {
      state.deleted.push({ ...name, ...options });
      state.secret = undefined;
      return Promise.resolve();
    },
  } as unknown as SecretClient;
  return { state, client };
}

const { sandbox } = world();
const valueOf = (secret: KubeSecret | undefined): string =>
  Buffer.from(secret?.data?.['secret'] ?? '', 'base64').toString();
const owned = (uid: string, data?: Record<string, string>): KubeSecret => ({
  metadata: {
    name: 'cloister-proxy-s-hermes',
    uid: 'secret-uid',
    labels: { 'app.kubernetes.io/managed-by': 'cloister' },
    ownerReferences: [{ apiVersion: 'cloister.dev/v1alpha1', kind: 'AgentSandbox', name: 'hermes', uid }],
  },
  ...(data === undefined ? {} : { data }),
});

describe('the proxy Secret of a sandbox', () => {
  test('is 32 random bytes, and another each time', async () => {
    const made = await Promise.all(
      [1, 2].map(async () => {
        const { state, client } = secretsWith();
        await ensureProxySecret(sandbox, client);
        return state.secret;
      }),
    );
    expect(made[0]).toMatchObject({
      metadata: {
        name: 'cloister-proxy-s-hermes',
        namespace: 'acme-agents',
        ownerReferences: [{ uid: 'sandbox-uid' }],
      },
      immutable: true,
    });
    const values = made.map(valueOf);
    expect(values.map((value) => Buffer.from(value, 'base64url').length)).toEqual([32, 32]);
    expect(new Set(values).size).toBe(2);
  });

  test('stays where it is there', async () => {
    const { state, client } = secretsWith(owned('sandbox-uid', { secret: 'a' }));
    await ensureProxySecret(sandbox, client);
    expect(state.secret?.data).toEqual({ secret: 'a' });
  });

  test.for([
    ['an earlier sandbox', owned('an-earlier-uid', { secret: 'a' })],
    ['this one, without its key', owned('sandbox-uid', { other: 'a' })],
  ] as const)('is made anew in the place of that of %s', async ([, found]) => {
    const { state, client } = secretsWith(found);
    await ensureProxySecret(sandbox, client);
    expect(state.deleted).toEqual([
      { namespace: 'acme-agents', name: 'cloister-proxy-s-hermes', uid: 'secret-uid' },
    ]);
    expect(valueOf(state.secret)).toHaveLength(43);
  });

  test('is not taken from somebody else', async () => {
    const foreign = { ...owned('sandbox-uid', { secret: 'a' }) };
    foreign.metadata = { ...foreign.metadata, labels: {} };
    const { state, client } = secretsWith(foreign);
    await expect(ensureProxySecret(sandbox, client)).rejects.toThrow("is not Cloister's; delete it");
    expect(state.secret?.data).toEqual({ secret: 'a' });
  });

  test('is taken away', async () => {
    const { state, client } = secretsWith(owned('sandbox-uid', { secret: 'a' }));
    await deleteProxySecret(sandbox, client);
    expect(state.deleted).toMatchObject([{ name: 'cloister-proxy-s-hermes', uid: 'secret-uid' }]);
  });

  test('of somebody else is not taken away', async () => {
    const foreign = owned('sandbox-uid', { secret: 'a' });
    const { state, client } = secretsWith({ ...foreign, metadata: { ...foreign.metadata, labels: {} } });
    await deleteProxySecret(sandbox, client);
    expect(state.deleted).toEqual([]);
  });
});
