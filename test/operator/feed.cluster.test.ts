import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { parseRoleFeed, parseSandboxFeed, parseTenantFeed } from '../../src/policy/feed/parse-feed.ts';
import { compliantPod, NAMESPACE } from '../e2e/samples.ts';
import { changeTenant, ROLES, TENANTS } from '../e2e/tenants.ts';
import { NAMESPACE_PATH, RUNNING, useSandboxes } from '../e2e/use-sandboxes.ts';

const FEED = '/api/v1/namespaces/cloister-t-acme/configmaps';
const WAIT = { timeout: 20_000, interval: 100 };

const { calls, make, nextPod, play, isGone } = useSandboxes();

async function textOf(name: string, key: string): Promise<string | undefined> {
  const { object } = await calls().read(`${FEED}/${name}`);
  return (object['data'] as Record<string, string> | undefined)?.[key];
}

/** The hash of a proxy secret. */
async function hashOf(secret: string): Promise<string> {
  const { object } = await calls().read(`${NAMESPACE_PATH}/secrets/${secret}`);
  const { secret: encoded = '' } = (object['data'] ?? {}) as Record<string, string>;
  return createHash('sha256').update(Buffer.from(encoded, 'base64')).digest('hex');
}

const tenantFeed = async () => parseTenantFeed(await textOf('cloister-feed-tenant', 'tenant.json'), 'acme');
const roleFeed = async (role: string) =>
  parseRoleFeed(await textOf(`cloister-feed-role-${role}`, 'role.json'), 'acme', role);
const sandboxFeed = async (sandbox: string) => {
  const place = { namespace: NAMESPACE, sandbox };
  const text = await textOf(`cloister-feed-sandbox-${NAMESPACE}.${sandbox}`, 'sandbox.json');
  return parseSandboxFeed(text, 'acme', place);
};

describe('a gateway is told', () => {
  test('of its tenant, and of what changes in it', async () => {
    await vi.waitFor(async () => {
      expect(await tenantFeed()).toMatchObject({ feed: { tenant: 'acme', namespaces: [NAMESPACE] } });
    }, WAIT);
    await calls().merge(`${TENANTS}/acme`, { spec: { limits: { tokensPerDay: 77 } } });
    await vi.waitFor(async () => {
      expect(await tenantFeed()).toMatchObject({ feed: { limits: { tokensPerDay: 77 } } });
    }, WAIT);
  });

  test('of each allowed role that exists, with the hashes of the Secrets that its pods share', async () => {
    const { object } = await calls().read(`${ROLES}/data-analyst`);
    const hash = await vi.waitFor(async () => {
      const made = await hashOf('cloister-proxy-r-data-analyst');
      expect(await roleFeed('data-analyst')).toEqual({
        feed: expect.objectContaining({
          state: 'Allowed',
          spec: object['spec'],
          sharedSecrets: [{ namespace: NAMESPACE, hash: made }],
        }),
      });
      return made;
    }, WAIT);
    await calls().merge(`${ROLES}/data-analyst`, { spec: { budgets: { tokensPerDay: 5 } } });
    await vi.waitFor(async () => {
      expect(await roleFeed('data-analyst')).toMatchObject({
        feed: { spec: { budgets: { tokensPerDay: 5 } } },
      });
    }, WAIT);
    expect(await hashOf('cloister-proxy-r-data-analyst')).toBe(hash);
  });

  test('of a sandbox while it has a pod, and of the secret that the pod has read', async () => {
    await make('told', { narrow: { tools: [], readOnlyPaths: [] } });
    const { metadata } = await nextPod('told');
    const hash = await hashOf('cloister-proxy-s-told');
    const facts = { podUID: metadata.uid, role: 'data-analyst', narrow: { tools: [] }, contained: false };
    await vi.waitFor(async () => {
      expect(await sandboxFeed('told')).toMatchObject({
        feed: { ...facts, podStarted: false, proxySecretHash: hash },
      });
    }, WAIT);
    await play('told', RUNNING);
    await vi.waitFor(async () => {
      expect(await sandboxFeed('told')).toMatchObject({ feed: { podStarted: true, proxySecretHash: hash } });
    }, WAIT);
    await calls().remove(
      `${NAMESPACE_PATH.replace('/api/v1', '/apis/cloister.dev/v1alpha1')}/agentsandboxes/told`,
    );
    await calls().remove(`${NAMESPACE_PATH}/pods/told?gracePeriodSeconds=0`);
    await isGone(`${FEED}/cloister-feed-sandbox-${NAMESPACE}.told`);
  });
});

describe('a role that the tenant does not allow any more', () => {
  const allow = (change: (allowed: readonly string[]) => readonly string[]) =>
    changeTenant(calls(), 'acme', ({ roles }) => ({
      roles: { ...roles, allowed: [...change(roles.allowed)] },
    }));

  beforeAll(async () => {
    const { object } = await calls().read(`${ROLES}/data-analyst`);
    await calls().create(ROLES, { ...object, metadata: { name: 'passing' } });
  });
  const isAllowed = async (): Promise<void> => {
    await allow((allowed) => [...allowed, 'passing']);
    await vi.waitFor(async () => {
      expect(await roleFeed('passing')).toMatchObject({
        feed: { sharedSecrets: [{ hash: expect.anything() }] },
      });
    }, WAIT);
  };
  const isRefused = () => allow((allowed) => allowed.filter((role) => role !== 'passing'));

  test('is gone at once, and its Secret with it', async () => {
    await isAllowed();
    await isRefused();
    await isGone(`${FEED}/cloister-feed-role-passing`);
    await isGone(`${NAMESPACE_PATH}/secrets/cloister-proxy-r-passing`);
  });

  test('grants nothing at once, but its Secret stays while a pod has it', async () => {
    await isAllowed();
    const { object } = await calls().read(`${TENANTS}/acme`);
    const { gateway } = object['status'] as { gateway: { clusterIPs: string[] } };
    const hostAliases = gateway.clusterIPs.map((ip) => ({ ip, hostnames: ['cloister-gateway'] }));
    const changes = {
      '/metadata/labels': { 'cloister.dev/role': 'passing' },
      '/spec/hostAliases': hostAliases,
      '/spec/containers/0/env/0/valueFrom/secretKeyRef/name': 'cloister-proxy-r-passing',
    };
    const made = await calls().create(`${NAMESPACE_PATH}/pods`, compliantPod('web', changes));
    expect(`${made.status} ${made.message}`).toBe('201 ');
    await isRefused();
    const hash = await hashOf('cloister-proxy-r-passing');
    await vi.waitFor(async () => {
      expect(await roleFeed('passing')).toMatchObject({
        feed: { state: 'Withdrawn', sharedSecrets: [{ hash }] },
      });
    }, WAIT);
    await calls().remove(`${NAMESPACE_PATH}/pods/web?gracePeriodSeconds=0`);
    await isGone(`${FEED}/cloister-feed-role-passing`);
    await isGone(`${NAMESPACE_PATH}/secrets/cloister-proxy-r-passing`);
  });
});
