import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { fingerprintsOf } from '../../src/certificates/certificate-facts.ts';
import {
  type CertificateManager,
  createCertificateManager,
} from '../../src/certificates/certificate-manager.ts';
import type { ServingCertificate } from '../../src/serve/https-server.ts';
import { createMemoryCertificateStore, type MemoryCertificateStore } from './memory-certificate-store.ts';

const DAY = 24 * 60 * 60 * 1000;
const START = Date.parse('2026-11-23T00:00:00Z');

interface Replica {
  readonly manager: CertificateManager;
  readonly served: X509Certificate[];
}

function createReplica(store: MemoryCertificateStore, now: () => number): Replica {
  const served: X509Certificate[] = [];
  const manager = createCertificateManager({
    store,
    hosts: ['cloister-webhook.cloister-system.svc', '127.0.0.1'],
    log: createLog({ program: 'webhook', level: 'silent' }),
    now,
    onCertificate: ({ certificate }: ServingCertificate) => {
      const leaf = new X509Certificate(certificate);
      // What the API server would check at this moment, with the bundle of every place.
      for (const bundle of store.bundles) expect(isTrusted(leaf, bundle)).toBe(true);
      served.push(leaf);
    },
  });
  return { manager, served };
}

function isTrusted(leaf: X509Certificate, bundle: string): boolean {
  const authorities = bundle.match(/-----BEGIN[^]+?-----END CERTIFICATE-----/g) ?? [];
  return authorities.some(
    (pem) => leaf.checkIssued(new X509Certificate(pem)) && leaf.verify(new X509Certificate(pem).publicKey),
  );
}

describe('the certificates of one replica', () => {
  test('are made on the first check, and a second check changes nothing', async () => {
    const store = createMemoryCertificateStore();
    const { manager, served } = createReplica(store, () => START);
    await manager.check();
    await manager.check();
    expect({ served: served.length, writes: store.writes, publications: store.publications }).toEqual({
      served: 1,
      writes: 1,
      publications: 1,
    });
    expect(served[0]!.subjectAltName).toBe('DNS:cloister-webhook.cloister-system.svc, IP Address:127.0.0.1');
    expect(manager.status().bundle).toBe(store.bundles[0]);
  });

  test('that a clock running a year ahead made are replaced when it is set right', async () => {
    const store = createMemoryCertificateStore();
    let now = START + 366 * DAY;
    const { manager, served } = createReplica(store, () => now);
    await manager.check();
    now = START;
    await manager.check();
    expect(served).toHaveLength(2);
    expect(served[1]!.validFromDate.getTime()).toBeLessThan(START);
    expect(manager.status().authority?.notBefore).toBeLessThan(START);
  });

  test('over three years, checked every day, what is served is always trusted and never about to expire', async () => {
    const store = createMemoryCertificateStore();
    let now = START;
    const { manager, served } = createReplica(store, () => now);
    const seen = new Set<string>();
    const bundleSizes = new Set<number>();
    for (; now < START + 3 * 365 * DAY; now += DAY) {
      await manager.check();
      const leaf = served.at(-1)!;
      expect(leaf.validToDate.getTime() - now).toBeGreaterThan(29 * DAY);
      const bundle = store.bundles[0]!;
      if (seen.has(leaf.serialNumber + bundle)) continue;
      seen.add(leaf.serialNumber + bundle);
      expect(isTrusted(leaf, bundle)).toBe(true);
      bundleSizes.add(fingerprintsOf(bundle).length);
    }
    expect(bundleSizes).toEqual(new Set([1, 2]));
    // First, staged, promoted and retired: one authority every 245 days or so.
    expect(store.writes).toBeGreaterThanOrEqual(10);
    expect(served.length).toBeLessThan(25);
  }, 60_000);

  test('stay as they are while the store fails, and go on when it is back', async () => {
    const store = createMemoryCertificateStore();
    let now = START;
    const { manager, served } = createReplica(store, () => now);
    await manager.check();
    now += 61 * DAY;
    store.before = () => {
      throw new Error('the API server is away');
    };
    await expect(manager.check()).rejects.toThrow('away');
    expect(manager.status().serving).not.toBeNull();
    expect(served.length).toBe(1);
    store.before = () => {};
    await manager.check();
    expect(served.length).toBe(2);
  });

  test('are renewed although a place rejects its bundle', async () => {
    const store = createMemoryCertificateStore();
    let now = START;
    const { manager, served } = createReplica(store, () => now);
    await manager.check();
    now += 61 * DAY;
    const other = createMemoryCertificateStore();
    await createReplica(other, () => now).manager.check();
    store.bundles = store.bundles.map((bundle) => bundle + other.bundles[0]!);
    store.before = (operation) => {
      if (operation === 'publish') throw new Error('forbidden');
    };
    await expect(manager.check()).rejects.toThrow('PublishBundle failed');
    expect(served.length).toBe(2);
  });

  test('are published again where somebody emptied a bundle', async () => {
    const store = createMemoryCertificateStore();
    const { manager, served } = createReplica(store, () => START);
    await manager.check();
    store.bundles = ['', store.bundles[1]!];
    await manager.check();
    expect(store.bundles[0]).toBe(store.bundles[1]);
    expect(served.length).toBe(1);
  });

  test('where something reverts every change, end with a fault and not in a loop', async () => {
    const store = createMemoryCertificateStore();
    store.before = (operation) => {
      if (operation === 'readBundles') store.bundles = ['', ''];
    };
    await expect(createReplica(store, () => START).manager.check()).rejects.toThrow('not settled');
  });
});

describe('several replicas', () => {
  test('that start together end with one authority and certificates that it signed', async () => {
    const store = createMemoryCertificateStore();
    // Everybody reads before anybody writes.
    store.before = () => new Promise((resolve) => setTimeout(resolve, 5));
    const replicas = Array.from({ length: 5 }, () => createReplica(store, () => START));
    await Promise.all(replicas.map(({ manager }) => manager.check()));
    expect(store.writes).toBe(1);
    for (const { served } of replicas) expect(served).toHaveLength(1);
  });

  test('that rotate together make one successor', async () => {
    const store = createMemoryCertificateStore();
    let now = START;
    const replicas = Array.from({ length: 3 }, () => createReplica(store, () => now));
    store.before = () => new Promise((resolve) => setTimeout(resolve, 1));
    const checkAll = () => Promise.all(replicas.map(({ manager }) => manager.check()));
    await checkAll();
    now += 244 * DAY;
    await checkAll();
    expect({ writes: store.writes, bundle: fingerprintsOf(store.bundles[0]!).length }).toEqual({
      writes: 2,
      bundle: 2,
    });
    now += 2 * DAY;
    await checkAll();
    expect(store.writes).toBe(3);
    expect(new Set(replicas.map(({ manager }) => manager.status().serving?.signedBy)).size).toBe(1);
    expect(store.authorities?.previous).not.toBeNull();
  });

  test('a check during a run is answered by one more run', async () => {
    const store = createMemoryCertificateStore();
    let reads = 0;
    store.before = (operation) => {
      if (operation === 'read') reads += 1;
    };
    const { manager } = createReplica(store, () => START);
    await Promise.all([manager.check(), manager.check(), manager.check()]);
    // Create, publish, issue, see that all is well; and the one run that both later calls share.
    expect(reads).toBe(5);
  });
});
