import type { TenantIsolation } from '../../src/api/tenant-isolation.ts';
import { database } from '../../src/api/tenant-isolation/data.ts';

type DatabaseSpec = NonNullable<TenantIsolation['spec']['database']>;

/** A database with row-level isolation, whose table is shared with other tenants; changed by `changes`. */
export const buildDatabase = (changes: Partial<DatabaseSpec> = {}): DatabaseSpec => ({
  ...database.parse({
    strategy: 'RowLevel',
    connection: { host: 'database.example.com', database: 'crm', adminCredential: 'crm-admin' },
    tenantColumn: 'tenant_id',
    tenantValue: '1',
    tables: ['public.orders'],
  }),
  ...changes,
});

/** The admin credential that {@link buildDatabase} names, in a Secret. */
export const ADMIN_BINDING = {
  name: 'crm-admin',
  kubernetesSecret: { name: 'crm-admin', keys: { username: 'username', password: 'password' } },
} as const;
