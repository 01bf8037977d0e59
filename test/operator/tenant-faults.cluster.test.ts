import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { NAMESPACES } from '../e2e/enrolled-tenants.ts';
import { TENANTS } from '../e2e/tenants.ts';
import { IN_ENROLLED, IN_SYSTEM, managedIn } from './managed-objects.ts';
import { useTenantCluster, WAIT } from './use-tenant-cluster.ts';

const DAY_MILLISECONDS = 86_400_000;

const cluster = useTenantCluster();
const { calls, controlPlane, start, stop, makeNamespace, makeTenant, statusOf, isProvided } = cluster;

async function isGone(tenant: string): Promise<void> {
  const system = async () => (await calls().read(`${NAMESPACES}/cloister-t-${tenant}`)).status;
  await vi.waitFor(async () => expect(await system()).toBe(404), WAIT);
}

/** A sample of the writes after which the operator is killed; `npm run test:faults` kills it after each. */
const EVERY = { ofCreation: 6, ofRemoval: 2 };

describe('an operator that is killed between two writes', () => {
  const MOST_WRITES = 36;

  test('ends where it would have, whichever the last write was', { timeout: 480_000 }, async () => {
    const cut: number[] = [];
    for (let most = 0; most < MOST_WRITES; most += EVERY.ofCreation) {
      const name = `cut-${most}`;
      await makeNamespace(`${name}-agents`);
      await makeTenant(name, [`${name}-agents`]);
      const killed = await start({ maxWrites: most });
      const ended = async () => expect(killed.isCut() || (await isWhole(name))).toBe(true);
      await vi.waitFor(ended, WAIT);
      if (killed.isCut()) cut.push(most);
      await start();
      await isProvided(name);
      expect(await managedIn(controlPlane(), `${name}-agents`)).toEqual(IN_ENROLLED);
      expect(await managedIn(controlPlane(), `cloister-t-${name}`)).toEqual(IN_SYSTEM);
      await stop();
    }
    expect(cut.length).toBeGreaterThan(3);
  });

  test('takes everything away, whichever the last write of that was', { timeout: 300_000 }, async () => {
    const cut: number[] = [];
    for (let most = 0; most < 8; most += EVERY.ofRemoval) {
      const name = `cut-${(most / EVERY.ofRemoval) * EVERY.ofCreation}`;
      await calls().remove(`${TENANTS}/${name}`);
      const killed = await start({ maxWrites: most });
      const gone = async () => (await calls().read(`${NAMESPACES}/cloister-t-${name}`)).status === 404;
      await vi.waitFor(async () => expect(killed.isCut() || (await gone())).toBe(true), WAIT);
      if (killed.isCut()) cut.push(most);
      await start();
      await isGone(name);
      expect(await managedIn(controlPlane(), `${name}-agents`)).toEqual([]);
      await stop();
    }
    expect(cut.length).toBeGreaterThan(2);
  });
});

async function isWhole(tenant: string): Promise<boolean> {
  const { conditions = [] } = await statusOf(tenant);
  return conditions.some(({ message }) => message === 'Ready replicas: 0 of 2.');
}

describe('the certificate of a gateway', () => {
  const name = 'lasting';
  const system = `cloister-t-${name}`;

  /** A clock that is ahead. */
  const ahead = (days: number): Clock => ({
    now: () => systemClock.now() + days * DAY_MILLISECONDS,
    sleep: systemClock.sleep,
  });
  const dataOf = async (path: string): Promise<Readonly<Record<string, string>>> =>
    ((await calls().read(path)).object['data'] ?? {}) as Record<string, string>;
  const served = async (): Promise<X509Certificate> => {
    const data = await dataOf(`${NAMESPACES}/${system}/secrets/cloister-gateway-certificate`);
    return new X509Certificate(Buffer.from(data['tls.crt'] ?? '', 'base64'));
  };
  const trusted = async (): Promise<readonly X509Certificate[]> => {
    const data = await dataOf(`${NAMESPACES}/${name}-agents/configmaps/cloister-ca`);
    const blocks = (data['ca.crt'] ?? '').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
    return blocks.map((pem) => new X509Certificate(pem));
  };
  const signers = async (): Promise<readonly boolean[]> => {
    const certificate = await served();
    return (await trusted()).map(({ publicKey }) => certificate.verify(publicKey));
  };

  beforeAll(async () => {
    await makeNamespace(`${name}-agents`);
    await makeTenant(name, [`${name}-agents`]);
    await start();
    await isProvided(name);
    await stop();
  });

  test('stays over a restart of the operator', { retry: 0 }, async () => {
    const before = (await served()).serialNumber;
    // The key of the audit is replaced after 30 days.
    const { operator, writes } = await start({ clock: ahead(29) });
    await vi.waitFor(() => expect([operator.synced(), operator.isLeader()]).toEqual([true, true]), WAIT);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect((await served()).serialNumber).toBe(before);
    expect(writes.filter((write) => write.includes(system))).toEqual([]);
  });

  test('is renewed when two thirds of its life are over, by the same authority', async () => {
    const before = await served();
    await start({ clock: ahead(61) });
    const renewed = async () => expect((await served()).serialNumber).not.toBe(before.serialNumber);
    await vi.waitFor(renewed, WAIT);
    expect(await signers()).toEqual([true]);
  });

  test('is signed by a new authority when that has been trusted for a day, beside the old one', async () => {
    const [old] = await trusted();
    await start({ clock: ahead(250) });
    await vi.waitFor(async () => expect(await trusted()).toHaveLength(2), WAIT);
    expect(await signers()).toEqual([true, false]);
    await start({ clock: ahead(252) });
    await vi.waitFor(async () => {
      const [current, previous] = await trusted();
      expect(previous?.fingerprint256).toBe(old?.fingerprint256);
      expect(current?.fingerprint256).not.toBe(old?.fingerprint256);
      expect(await signers()).toEqual([true, false]);
    }, WAIT);
  });

  test('is issued again when it is of no use', async () => {
    await start({ clock: ahead(252) });
    const secret = `${NAMESPACES}/${system}/secrets/cloister-gateway-certificate`;
    await stop();
    await cluster.removeGuard();
    const data = { 'tls.crt': Buffer.from('no certificate').toString('base64') };
    await vi.waitFor(async () => expect((await calls().merge(secret, { data })).status).toBe(200), WAIT);
    await start({ clock: ahead(252) });
    await vi.waitFor(async () => expect(await signers()).toEqual([true, false]), WAIT);
  });
});
