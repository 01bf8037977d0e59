import { Registry } from 'prom-client';
import { afterEach, vi } from 'vitest';
import type { TenantIsolation } from '../../src/api/tenant-isolation.ts';
import type { Leadership } from '../../src/controller/fenced-client.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { readConfiguration } from '../../src/operator/configuration.ts';
import { type Operator, startOperator } from '../../src/operator/start-operator.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { createMemoryKubeClient, type Write } from '../build/memory-kube-client.ts';
import { createMemoryVault } from '../build/memory-vault.ts';
import { buildTenantIsolation } from '../build/tenant-isolation.ts';
import { withLeaseOf } from '../build/with-lease-of.ts';

const START = Date.parse('2026-11-23T12:00:00Z');

/** A tenant that lists namespaces. */
export function tenant(
  name: string,
  namespaces: readonly string[],
  tweak: (tenant: TenantIsolation) => void = () => {},
) {
  return buildTenantIsolation((object) => {
    object.metadata = { name, creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 };
    const [listed] = object.spec.namespaces;
    object.spec.namespaces = namespaces.map((listedName) => ({ ...listed!, name: listedName }));
    tweak(object);
  }) as TenantIsolation & KubeObject;
}

export function namespace(name: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { metadata: { name, uid: `uid-${name}`, resourceVersion: '7', ...metadata } };
}

/** Call it at the top of a test file: an operator on an API server in memory, and on a clock that the test moves. */
export function useMemoryOperator() {
  let running: Operator | undefined;
  afterEach(() => running?.stop());
  /** Starts the operator's enrolment and lets it reconcile once. */
  async function start(
    tenants: readonly KubeObject[],
    namespaces: readonly KubeObject[],
    others: Readonly<Record<string, readonly KubeObject[]>> = {},
  ) {
    const clock = createManualClock(START);
    const memory = createMemoryKubeClient({ ...others, tenantisolations: tenants, namespaces });
    const aside = createMemoryKubeClient();
    aside.put('leases/cloister-operator', { metadata: { name: 'cloister-operator' } });
    const error = vi.fn<(fields: object, message: string) => void>();
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error };
    const leaderships: Leadership[] = [];
    const begin = async (): Promise<void> => {
      running = startOperator({
        client: withLeaseOf(aside.client, memory.client),
        logger,
        clock,
        random: () => 0,
        registry: new Registry(),
        instance: 'operator-0',
        identity: 'one',
        configuration: readConfiguration([], {}),
        vault: (leadership) => {
          leaderships.push(leadership);
          return createMemoryVault().identities;
        },
        staticLogins: null,
        environment: {},
        readResolverConfiguration: () => Promise.resolve(''),
      });
      await clock.advance(0);
    };
    const written = (what: string): Write[] => memory.writes.filter((write) => write.what === what);
    /** The reasons of the events so far. */
    const told = (): unknown[] =>
      aside.writes
        .filter(({ what }) => what.startsWith('events/'))
        .map(({ body }) => (body as { readonly reason?: string }).reason);
    return { clock, memory, error, begin, written, told, leaderships };
  }
  return { start, operator: () => running };
}
