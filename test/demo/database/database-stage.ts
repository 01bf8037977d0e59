import { tenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { CERTIFICATE_AUTHORITY, PROXY_SECRET, systemNamespaceOf } from '../../../src/api/names.ts';
import { tenantRoleName, writerRoleName } from '../../../src/policy/database/role-names.ts';
import { OPERATOR_POLICY, operatorPolicy } from '../../../src/policy/vault/operator-policy.ts';
import { readVaultMounts } from '../../../src/policy/vault/vault-mounts.ts';
import { IMAGE, playedStatus } from '../../e2e/played-pod.ts';
import type { ControlPlane } from '../../testbed/connect-control-plane.ts';
import { GATE_SOURCES } from '../../testbed/gate-sources.ts';
import type { StartedPostgres } from '../../testbed/postgres/start-postgres.ts';
import type { RunningCloister } from '../../testbed/start-cloister.ts';
import type { BoundVault } from '../../testbed/vault/bind-vault.ts';
import { mustSucceed } from '../../testbed/vault/call-vault.ts';
import { connectDatabase } from '../../testbed/vault/connect-database.ts';
import { createDemoCalls, createOfRole, type DemoCalls } from '../demo-calls.ts';
import { type Data, must, readData, startDemoGateway } from '../gateway/start-demo-gateway.ts';
import type { Outside } from '../gateway/serve-outside.ts';
import { askStatement, type StatementAnswer } from './ask-statement.ts';
import {
  adminSecret,
  clerkRole,
  connectionOf,
  DATABASE,
  DATABASE_ADDRESS,
  DATABASE_HOST,
  DEMO_TENANTS,
  demoSandbox,
  type DemoTenant,
  demoTenant,
  ROWS,
  SANDBOX,
  TABLE,
} from './demo-tenants.ts';

/** What runs below the steps about rows of tenants. */
export interface DatabaseServers {
  readonly controlPlane: ControlPlane;
  readonly cloister: RunningCloister;
  readonly vault: BoundVault;
  readonly postgres: StartedPostgres;
}

export interface DatabaseStage extends DatabaseServers {
  readonly calls: DemoCalls;
  /** Has the agent of a tenant run a statement with a tool. */
  readonly ask: (tenant: DemoTenant, tool: string, query: string) => Promise<StatementAnswer>;
  readonly stop: () => Promise<void>;
}

const TENANTS = '/apis/cloister.dev/v1alpha1/tenantisolations';

/** Where the programs find the database. */
export function outsideOf({ port, authority }: StartedPostgres): Outside {
  return {
    names: { [DATABASE_HOST]: [[DATABASE_ADDRESS]] },
    ports: { [DATABASE_ADDRESS]: port },
    authority,
  };
}

/** A table with rows of two tenants, and a sandbox of each with its gateway. */
export async function prepareDatabaseStage(servers: DatabaseServers): Promise<DatabaseStage> {
  const { controlPlane, postgres } = servers;
  const calls = createDemoCalls(controlPlane);
  await makeOrders(postgres);
  const namespaces = DEMO_TENANTS.map(({ namespace: name }) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  await controlPlane.apply([...namespaces, ...GATE_SOURCES]);
  await controlPlane.apply([clerkRole(), ...DEMO_TENANTS.map((tenant) => demoTenant(tenant, postgres))]);
  const gateways: Awaited<ReturnType<typeof startAgent>>[] = [];
  await writePolicy(servers);
  for (const tenant of DEMO_TENANTS) {
    await prepareLogins(servers, calls, tenant);
    gateways.push(await startAgent(servers, calls, tenant));
  }
  return {
    ...servers,
    calls,
    ask: (tenant, tool, query) => {
      const { access } = gateways[DEMO_TENANTS.indexOf(tenant)]!;
      return askStatement(access, tool, query);
    },
    stop: async () => {
      await Promise.all(gateways.map(({ stop }) => stop()));
    },
  };
}

/** As `cloister vault policy` prints it for the mounts and connections that the tenants name. */
async function writePolicy({ vault, postgres }: DatabaseServers): Promise<void> {
  const tenants = DEMO_TENANTS.map((tenant) => tenantIsolation.schema.parse(demoTenant(tenant, postgres)));
  const policy = operatorPolicy(readVaultMounts(tenants).mounts);
  const path = `sys/policies/acl/${OPERATOR_POLICY}`;
  await mustSucceed('write the policy of the operator', vault.root('PUT', path, { policy }));
}

async function makeOrders(postgres: StartedPostgres): Promise<void> {
  await (await postgres.connect()).query(`CREATE DATABASE ${DATABASE}`);
  const admin = await postgres.connect(DATABASE);
  await admin.query(`CREATE ROLE orders_owner NOLOGIN;
    CREATE TABLE ${TABLE} (tenant_id text NOT NULL, id int NOT NULL, note text, PRIMARY KEY (tenant_id, id));
    ALTER TABLE ${TABLE} OWNER TO orders_owner`);
  for (const { name } of DEMO_TENANTS) {
    const insert = `INSERT INTO ${TABLE} SELECT $1, n, 'of ' || $1 FROM generate_series(1, ${ROWS}) n`;
    await admin.query(insert, [name]);
  }
}

/** Waits until the isolation of a tenant says this, and returns the message. */
export async function isolationOf(calls: DemoCalls, tenant: DemoTenant, reasons: readonly string[]) {
  return calls.wait(`DatabaseIsolated ${reasons.join(' or ')} of ${tenant.name}`, async () => {
    const { conditions = [] } = (await calls.read(`${TENANTS}/${tenant.name}`))?.status ?? {};
    return conditions.find(({ type, reason }) => type === 'DatabaseIsolated' && reasons.includes(reason));
  });
}

/** Gives the operator its login, and Vault one that makes logins of the tenant's two roles, as docs/vault.md says. */
async function prepareLogins(
  { controlPlane, postgres, vault }: DatabaseServers,
  calls: DemoCalls,
  tenant: DemoTenant,
): Promise<void> {
  const system = `/api/v1/namespaces/${systemNamespaceOf(tenant.name)}`;
  await calls.wait(system, () => calls.read(system));
  await controlPlane.apply([adminSecret(tenant, postgres)]);
  await isolationOf(calls, tenant, ['Proven']);
  const uid = (await calls.read(`${TENANTS}/${tenant.name}`))?.metadata.uid ?? '';
  await connectDatabase(vault, postgres, {
    connection: connectionOf(tenant.name),
    tenant: tenant.name,
    database: DATABASE,
    roles: [tenantRoleName(uid), writerRoleName(uid)],
  });
}

/** Runs the sandbox of a tenant, and its gateway. */
async function startAgent(
  { controlPlane, vault, postgres }: DatabaseServers,
  calls: DemoCalls,
  tenant: DemoTenant,
) {
  const { name, namespace, address } = tenant;
  const core = `/api/v1/namespaces/${namespace}`;
  const sandboxes = `/apis/cloister.dev/v1alpha1/namespaces/${namespace}/agentsandboxes`;
  await createOfRole(calls, sandboxes, demoSandbox(tenant, IMAGE));
  const pod = `${core}/pods/${SANDBOX}`;
  await calls.wait(`the pod of ${SANDBOX}`, () => calls.read(pod));
  const ips = {
    podIP: address,
    podIPs: [{ ip: address }],
    hostIP: '192.0.2.10',
    hostIPs: [{ ip: '192.0.2.10' }],
  };
  const status = { ...playedStatus({ gate: { passed: true }, agent: 'Running' }), ...ips };
  await must(calls.send('PATCH', `${pod}/status`, { status }));
  await calls.wait('its identity in Vault', async () => {
    const { conditions = [] } = (await calls.read(`${sandboxes}/${SANDBOX}`))?.status ?? {};
    return conditions.find(({ type, reason }) => type === 'CredentialsReady' && reason === 'Ready');
  });
  const gateway = await startDemoGateway(controlPlane, calls, {
    tenant: name,
    outside: outsideOf(postgres),
    flags: [`--vault-address=${vault.url}`, `--vault-ca-file=${vault.certificateAuthorityFile}`],
  });
  const secret = await readData(calls, `${core}/secrets/${PROXY_SECRET.sandboxPrefix}${SANDBOX}`);
  const { data } = await calls.wait('the authority of the gateway', () =>
    calls.read<Data>(`${core}/configmaps/${CERTIFICATE_AUTHORITY.configMap}`),
  );
  const access = {
    port: gateway.ports.apiPort,
    from: address,
    secret: secret[PROXY_SECRET.key] ?? '',
    authorities: data[CERTIFICATE_AUTHORITY.key] ?? '',
  };
  return { access, stop: gateway.stop };
}
