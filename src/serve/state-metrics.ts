import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { ObservedCache } from '../cluster/cache-readiness.ts';
import type { CertificateStatus } from '../certificates/certificate-manager.ts';

/** What is observed when metrics are collected. `now` is the clock of the caches' contacts, in milliseconds. */
export interface ObservedState {
  readonly certificates: () => CertificateStatus;
  readonly caches: readonly ObservedCache[];
  readonly now: () => number;
}

/** Registers the metrics of the process, its certificates and its caches; each is read when it is collected. */
export function registerStateMetrics(registry: Registry, { certificates, caches, now }: ObservedState): void {
  collectDefaultMetrics({ register: registry });
  const expiry = define('cloister_certificate_expiry_time_seconds', 'certificate', {
    help: 'When a certificate expires, in seconds since 1970.',
    *read() {
      const { serving, authority } = certificates();
      if (serving !== null) yield ['serving', serving.notAfter / 1000];
      if (authority !== null) yield ['authority', authority.notAfter / 1000];
    },
  });
  const synced = define('cloister_watch_cache_synced', 'resource', {
    help: 'Whether a watch cache holds what the API server listed: 1 or 0.',
    *read() {
      for (const cache of caches) yield [cache.resource, cache.synced() ? 1 : 0];
    },
  });
  const contact = define('cloister_watch_cache_last_contact_seconds', 'resource', {
    help: 'Seconds since the API server last said anything about a resource.',
    *read() {
      for (const { resource, lastContactTime } of caches) {
        const last = lastContactTime();
        if (last !== undefined) yield [resource, Math.max(0, now() - last) / 1000];
      }
    },
  });
  for (const gauge of [expiry, synced, contact]) registry.registerMetric(gauge);
}

interface Reading {
  readonly help: string;
  readonly read: () => Iterable<readonly [label: string, value: number]>;
}

function define(name: string, label: string, { help, read }: Reading): Gauge {
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [],
    collect() {
      gauge.reset();
      for (const [value, number] of read()) gauge.set({ [label]: value }, number);
    },
  });
  return gauge;
}
