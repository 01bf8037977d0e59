import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import type { GateFacts } from '../../src/policy/gate/gate-facts.ts';
import { NAMESPACES } from '../e2e/enrolled-tenants.ts';
import { IN_ENROLLED, IN_SYSTEM, managedIn } from './managed-objects.ts';
import { ENDPOINT } from '../testbed/gate-sources.ts';
import type { OperatorOnCluster } from './operator-on-cluster.ts';
import { useTenantCluster, WAIT } from './use-tenant-cluster.ts';

const NETWORK = '/apis/networking.k8s.io/v1/namespaces';

const cluster = useTenantCluster();
const { calls, controlPlane, start, makeNamespace, makeTenant, statusOf, reasonsOf, isProvided } = cluster;

/** Waits until nothing was written for a second. */
async function isQuiet({ writes }: OperatorOnCluster): Promise<void> {
  for (let before = -1; before !== writes.length;) {
    before = writes.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function dataOf(path: string): Promise<Readonly<Record<string, string>>> {
  const { object, status, message } = await calls().read(path);
  if (status !== 200) throw new Error(`${path}: ${status} ${message}`);
  return (object['data'] ?? {}) as Record<string, string>;
}

describe('a tenant', () => {
  test('has its objects, and a second reconciliation of it writes nothing', { retry: 0 }, async () => {
    await makeNamespace('acme-agents');
    const operator = await start();
    await makeTenant('acme', ['acme-agents']);
    await isProvided('acme');
    expect(await managedIn(controlPlane(), 'acme-agents')).toEqual(IN_ENROLLED);
    expect(await managedIn(controlPlane(), 'cloister-t-acme')).toEqual(IN_SYSTEM);
    const { writes } = operator;
    const closed = writes.findIndex((write) => write.includes('acme-agents/cloister-default-deny'));
    const labelled = writes.findIndex((write) => write === 'apply Namespace acme-agents');
    const others = writes.findIndex((write) => / acme-agents\/(?!cloister-default-deny)/.test(write));
    expect(labelled).toBeLessThan(closed);
    expect(closed).toBeLessThan(others);

    await isQuiet(operator);
    const again = await start();
    const { synced, isLeader } = again.operator;
    await vi.waitFor(() => expect([synced(), isLeader()]).toEqual([true, true]), WAIT);
    await isQuiet(again);
    expect(again.writes).toEqual([]);
    expect(again.errors).toEqual([]);
  });

  test('has its gateway told what start gates must try', async () => {
    const { clusterIPs } = (await calls().read(`${NAMESPACES}/cloister-system/services/cloister-webhook`))
      .object['spec'] as { clusterIPs: string[] };
    const data = await dataOf(`${NAMESPACES}/cloister-t-acme/configmaps/cloister-gate`);
    const facts = JSON.parse(data['gate.json'] ?? '') as GateFacts;
    expect(facts).toMatchObject({ tenant: 'acme', namespaces: ['acme-agents'], nodePorts: 'Refuse' });
    const found = facts.targets.map(
      ({ name, address, port, protocol }) => `${name} ${address} ${port} ${protocol}`,
    );
    const wanted = [
      'api-server 10.96.0.1 443 TCP',
      `api-server-endpoint ${ENDPOINT} 6443 TCP`,
      'cluster-dns 10.96.0.10 53 TCP',
      'cluster-dns 10.96.0.10 53 UDP',
      'outside 1.1.1.1 443 TCP',
      `webhook ${clusterIPs[0]} 443 TCP`,
    ];
    expect(found.sort()).toEqual(wanted.sort());
  });

  test('serves a certificate that its namespaces trust, under the name by which agents call the gateway', async () => {
    const trusted = await dataOf(`${NAMESPACES}/acme-agents/configmaps/cloister-ca`);
    const authority = trusted['ca.crt'] ?? '';
    const data = await dataOf(`${NAMESPACES}/cloister-t-acme/secrets/cloister-gateway-certificate`);
    const certificate = new X509Certificate(Buffer.from(data['tls.crt'] ?? '', 'base64'));
    expect(certificate.checkHost('cloister-gateway')).toBe('cloister-gateway');
    expect(certificate.verify(new X509Certificate(authority).publicKey)).toBe(true);
    // For programs that can be told one file alone: a request that the gateway lets through unread ends elsewhere.
    const bundle = (trusted['bundle.crt'] ?? '').split('-----END CERTIFICATE-----\n');
    expect(bundle.slice(0, -2)).toHaveLength(rootCertificates.length);
    expect(`${bundle.at(-2)}-----END CERTIFICATE-----\n`).toBe(authority);
  });

  test('is ready when replicas of its gateway are, and says at which addresses', async () => {
    await start();
    const pods = `${NAMESPACES}/cloister-t-acme/pods`;
    const status = {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    };
    await vi.waitFor(async () => {
      const answer = await calls().merge(`${pods}/cloister-gateway-0/status`, { status });
      expect(answer.status).toBe(200);
    }, WAIT);
    await vi.waitFor(async () => expect((await reasonsOf('acme'))['Ready']).toBe('Ready'), WAIT);
    const { object } = await calls().read(`${NAMESPACES}/cloister-t-acme/services/cloister-gateway`);
    const { clusterIPs } = object['spec'] as { clusterIPs: string[] };
    expect((await statusOf('acme')).gateway).toEqual({ clusterIPs });
  });

  test('has what somebody deleted or changed put right', async () => {
    await start();
    const deny = `${NETWORK}/acme-agents/networkpolicies/cloister-default-deny`;
    const allow = `${NETWORK}/acme-agents/networkpolicies/cloister-allow-gateway`;
    const before = (await calls().read(allow)).object['spec'];
    await cluster.removeGuard();
    const remove = async () => expect((await calls().remove(deny)).status).toBe(200);
    await vi.waitFor(remove, WAIT);
    await vi.waitFor(async () => expect((await calls().read(deny)).status).toBe(200), WAIT);
    expect((await calls().merge(allow, { spec: { egress: [{}] } })).status).toBe(200);
    await vi.waitFor(async () => expect((await calls().read(allow)).object['spec']).toEqual(before), WAIT);
  });

  test('says which object of somebody else has a name that it needs, and leaves that alone', async () => {
    const operator = await start();
    await makeNamespace('taken-agents');
    const theirs = { metadata: { name: 'cloister-ca' }, data: { 'ca.crt': 'theirs' } };
    await calls().create(`${NAMESPACES}/taken-agents/configmaps`, theirs);
    await makeTenant('taken', ['taken-agents']);
    const condition = async () =>
      (await statusOf('taken')).conditions?.find(({ type }) => type === 'GatewayReady');
    await vi.waitFor(async () => expect((await condition())?.reason).toBe('NameTaken'), WAIT);
    expect((await condition())?.message).toContain('ConfigMap taken-agents/cloister-ca');
    const data = await dataOf(`${NAMESPACES}/taken-agents/configmaps/cloister-ca`);
    expect(data).toEqual({ 'ca.crt': 'theirs' });
    await isQuiet(operator);
  });
});

test('a planted proxy Secret of a role is named, and not told to the gateway', async () => {
  await makeNamespace('planted-agents');
  const planted = { metadata: { name: 'cloister-proxy-r-read-only' }, data: { secret: 'dGhlaXJz' } };
  await calls().create(`${NAMESPACES}/planted-agents/secrets`, planted);
  await start();
  await makeTenant('planted', ['planted-agents']);
  await vi.waitFor(async () => {
    const { conditions } = await statusOf('planted');
    expect(conditions?.find(({ type }) => type === 'GatewayReady')?.message).toBe(
      'Not in place yet: Secret planted-agents/cloister-proxy-r-read-only.',
    );
  }, WAIT);
  const told = await dataOf(`${NAMESPACES}/cloister-t-planted/configmaps/cloister-feed-role-read-only`);
  const { sharedSecrets } = JSON.parse(told['role.json'] ?? '') as { sharedSecrets: unknown };
  expect(sharedSecrets).toEqual([{ namespace: 'planted-agents' }]);
});

test('without an image of the gateway namespaces are closed, and the condition says why there is none', async () => {
  await makeNamespace('bare-agents');
  await start({ flags: [] });
  await makeTenant('bare', ['bare-agents']);
  await vi.waitFor(async () => {
    expect(await reasonsOf('bare')).toMatchObject({ NetworkClosed: 'Closed', GatewayReady: 'NotConfigured' });
  }, WAIT);
  expect(await managedIn(controlPlane(), 'bare-agents')).toEqual([
    'NetworkPolicy cloister-allow-gateway',
    'NetworkPolicy cloister-default-deny',
    'ResourceQuota cloister-quota',
  ]);
  expect((await calls().read(`${NAMESPACES}/cloister-t-bare`)).status).toBe(404);
});
