import type { StartedPostgres } from '../../testbed/postgres/start-postgres.ts';
import { readSampleObject } from '../samples.ts';

/** A tenant of the demo, and its one sandbox. */
export interface DemoTenant {
  readonly name: string;
  readonly namespace: string;
  /** Of the pod of its sandbox: the whole network is the loopback device. */
  readonly address: string;
}

export const ACME: DemoTenant = { name: 'acme', namespace: 'acme-agents', address: '127.0.0.81' };
export const GLOBEX: DemoTenant = { name: 'globex', namespace: 'globex-agents', address: '127.0.0.82' };
export const DEMO_TENANTS = [ACME, GLOBEX] as const;

export const SANDBOX = 'analyst';
export const DATABASE = 'warehouse';
export const DATABASE_HOST = 'database.example.com';
/** Where the name leads: programs refuse their own machine as a database, and tests map this to it. */
export const DATABASE_ADDRESS = '10.99.0.7';
export const TABLE = 'public.orders';
/** How many rows of the table each tenant has. */
export const ROWS = 3;

const ROLE = 'order-clerk';
const ADMIN = 'warehouse-admin';

/** A role whose agents read and write orders. */
export function clerkRole(): object {
  const role = readSampleObject('role-read-only.yaml') as { spec: object };
  const common = {
    executor: 'SQL',
    capabilities: ['code:sql'],
    maxRequestsPerMinute: 600,
    confirmation: { when: 'Never' },
  };
  const sql = { argument: '/query', credential: 'warehouse', tables: [TABLE] };
  const tools = [
    { ...common, name: 'read_orders', sql: { ...sql, operations: ['Select'] } },
    {
      ...common,
      name: 'write_orders',
      sql: { ...sql, operations: ['Select', 'Insert', 'Update', 'Delete'] },
    },
  ];
  const credentials = [{ name: 'warehouse', databaseLogin: {} }];
  return { ...role, metadata: { name: ROLE }, spec: { ...role.spec, tools, credentials } };
}

/** A tenant whose rows are in a table with those of others. */
export function demoTenant({ name, namespace }: DemoTenant, { authority, port }: StartedPostgres): object {
  const connection = {
    host: DATABASE_HOST,
    port,
    database: DATABASE,
    caBundle: Buffer.from(authority).toString('base64'),
    adminCredential: ADMIN,
  };
  return {
    apiVersion: 'cloister.dev/v1alpha1',
    kind: 'TenantIsolation',
    metadata: { name },
    spec: {
      namespaces: [
        {
          name: namespace,
          quota: { sandboxes: 5, hard: { 'requests.cpu': '20', 'requests.memory': '40Gi' } },
        },
      ],
      roles: { allowed: [ROLE], default: ROLE },
      vault: { authMount: 'kubernetes' },
      credentials: [
        { name: 'warehouse', vaultDatabase: { mount: 'database', connection: connectionOf(name) } },
        {
          name: ADMIN,
          kubernetesSecret: { name: ADMIN, keys: { username: 'username', password: 'password' } },
        },
      ],
      database: {
        strategy: 'RowLevel',
        connection,
        tenantColumn: 'tenant_id',
        tenantValue: name,
        tables: [TABLE],
        trustedLogins: [],
      },
      onEgressOpen: 'Report',
      adopt: 'Report',
    },
  };
}

/** The login that the operator sets the isolation up with, where the tenant's team keeps it. */
export function adminSecret({ name }: DemoTenant, { adminUser, adminPassword }: StartedPostgres): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: ADMIN, namespace: `cloister-t-${name}` },
    stringData: { username: adminUser, password: adminPassword },
  };
}

/** The name of the tenant's connection at Vault. */
export function connectionOf(tenant: string): string {
  return `${tenant}-warehouse`;
}

export function demoSandbox({ namespace }: DemoTenant, image: string): object {
  return {
    apiVersion: 'cloister.dev/v1alpha1',
    kind: 'AgentSandbox',
    metadata: { name: SANDBOX, namespace },
    spec: { image, roleRef: { name: ROLE } },
  };
}
