import type { Registry } from 'prom-client';
import { decideLogins } from '../../policy/database/decide-logins.ts';
import { registerGauge } from '../../serve/metrics.ts';
import type { OperatorCaches } from '../operator-caches.ts';

/** Registers the metrics of databases. Only a replica that leads has them, so that each tenant is counted once. */
export function registerDatabaseMetrics(
  registry: Registry,
  { tenants }: Pick<OperatorCaches, 'tenants'>,
  isLeader: () => boolean,
): void {
  registerGauge(registry, {
    name: 'cloister_tenant_database_isolated',
    help: 'Whether database logins are issued to the agents of a tenant that has a database: 1 or 0.',
    label: 'tenant',
    *read() {
      for (const { metadata, spec, status } of isLeader() ? tenants.list() : []) {
        if (spec.database === undefined) continue;
        const condition = status?.conditions?.find(({ type }) => type === 'DatabaseIsolated');
        yield [metadata.name, decideLogins(condition) === 'Issued' ? 1 : 0];
      }
    },
  });
}
