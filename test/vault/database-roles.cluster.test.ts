import { beforeAll, describe, expect, test } from 'vitest';
import { loginMark } from '../../src/policy/database/login-statements.ts';
import { tenantRoleName, writerRoleName } from '../../src/policy/database/role-names.ts';
import { buildDatabaseRoles } from '../../src/policy/vault/database-role.ts';
import { buildSandboxPolicy } from '../../src/policy/vault/sandbox-policy.ts';
import { type IdentityOwner, vaultName } from '../../src/policy/vault/vault-identity.ts';
import { findLoginsLeft } from '../../src/postgres/find-logins-left.ts';
import type { WantedIdentity } from '../../src/vault/vault-identities.ts';
import { useDatabase } from '../postgres/use-database.ts';
import { usePostgres } from '../testbed/postgres/use-postgres.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { mustSucceed } from '../testbed/vault/call-vault.ts';
import { connectDatabase } from '../testbed/vault/connect-database.ts';
import { type FaultyLink, openLink } from '../testbed/vault/faulty-link.ts';
import { useVault } from '../testbed/vault/use-vault.ts';
import { ONE, PLACE, TWO, useIdentities } from './use-identities.ts';

const controlPlane = useControlPlane();
const vault = useVault(() => controlPlane);
const postgres = usePostgres({ version: 18 });
const open = useDatabase(postgres);
const used = useIdentities(controlPlane, vault);

const TENANT_UID = 'acme-uid';
const MOUNTS = ['database'];
let link: FaultyLink;
beforeAll(async () => {
  link = await openLink(postgres.port);
  const [reader, writer] = [tenantRoleName(TENANT_UID), writerRoleName(TENANT_UID)];
  const admin = await postgres.connect();
  await admin.query(`CREATE ROLE "${reader}"; CREATE ROLE "${writer}" IN ROLE "${reader}"`);
  for (const connection of ['acme', 'warehouse'])
    await connectDatabase(vault, postgres, {
      connection,
      tenant: 'acme',
      roles: [reader, writer],
      port: link.port,
    });
});

/** A sandbox whose logins are of a connection; null: it has none. */
function wantedLogins(owner: IdentityOwner, connection: string | null = 'acme'): WantedIdentity {
  const logins = connection === null ? [] : [{ mount: 'database', connection, isWriter: false }];
  const { text } = buildSandboxPolicy([], [], {
    name: vaultName(owner),
    loginMounts: logins.map(({ mount }) => mount),
  });
  const databaseRoles = buildDatabaseRoles(logins, { tenantUID: TENANT_UID, sandboxUID: owner.sandbox });
  return { owner, place: PLACE, policy: text, databaseRoles, databaseMounts: MOUNTS };
}

const roleOf = (owner: IdentityOwner): string => `database/roles/${vaultName(owner)}`;
const credsOf = (owner: IdentityOwner): string => `database/creds/${vaultName(owner)}`;
const left = async ({ sandbox }: IdentityOwner) => findLoginsLeft(await open(), loginMark(sandbox));

/** Has a login made as the sandbox itself, and opens a session with it. */
async function logIn(owner: IdentityOwner) {
  const call = await used.callAs(owner);
  const { data } = await mustSucceed('make a login', call('GET', credsOf(owner)));
  return postgres.connect('postgres', String(data['username']), String(data['password']));
}

describe('the database role of a sandbox', () => {
  test('is written once by the operator, and seen by it in one request more', async () => {
    const { identities, takeRequests } = used;
    await vault.root('DELETE', roleOf(ONE));
    expect(await identities.provide(wantedLogins(ONE))).toEqual(['Policy', 'DatabaseRole', 'AuthRole']);
    takeRequests();
    expect(await identities.provide(wantedLogins(ONE))).toEqual([]);
    expect(takeRequests()).toHaveLength(3);
  });

  test('gives logins to its own sandbox alone: not to its neighbour, and not to the operator', async () => {
    await used.identities.provide(wantedLogins(ONE));
    await used.identities.provide(wantedLogins(TWO));
    const two = await used.callAs(TWO);
    expect((await two('GET', credsOf(ONE))).status).toBe(403);
    const operator = await vault.asOperator();
    expect((await operator('GET', credsOf(ONE))).status).toBe(403);
    await logIn(ONE);
    expect(await left(ONE)).toEqual({ roles: 1, sessions: 1 });
    await used.identities.revokeLeases(ONE, PLACE, MOUNTS);
  });

  test.for([
    ['of a connection that no tenant names', { db_name: 'other', default_ttl: '900', max_ttl: '900' }],
    ['for longer', { db_name: 'acme', default_ttl: '900', max_ttl: '9000' }],
    ['that renews in its own way', { db_name: 'acme', renew_statements: ['SELECT 1'] }],
  ] as const)('cannot be written by the operator %s', async ([, body]) => {
    const operator = await vault.asOperator();
    expect((await operator('POST', roleOf(TWO), body)).status).toBe(403);
    expect((await operator('POST', 'database/roles/else', { db_name: 'acme' })).status).toBe(403);
  });

  test.for([
    ['its statements', { creation_statements: ['CREATE ROLE "{{name}}" SUPERUSER'] }],
    ['the statements of a revocation', { revocation_statements: ['SELECT 1'] }],
    ['statements that Cloister leaves out', { renew_statements: ['SELECT 1'] }],
    ['its time', { default_ttl: '1h', max_ttl: '24h' }],
    ['its connection', { db_name: 'warehouse' }],
  ] as const)('is repaired once where somebody has changed %s', async ([, change]) => {
    const { identities } = used;
    await identities.provide(wantedLogins(ONE));
    expect((await vault.root('POST', roleOf(ONE), change)).status).toBeLessThan(300);
    expect(await identities.provide(wantedLogins(ONE))).toEqual(['DatabaseRole']);
    expect(await identities.provide(wantedLogins(ONE))).toEqual([]);
  });

  test('is away, with the right to logins, where none is to be issued', async () => {
    await used.identities.provide(wantedLogins(ONE));
    const call = await used.callAs(ONE);
    expect(await used.identities.provide(wantedLogins(ONE, null))).toEqual(['Policy', 'DatabaseRole']);
    expect((await vault.root('GET', roleOf(ONE))).status).toBe(404);
    expect((await call('GET', credsOf(ONE))).status).toBe(403);
    expect(await used.identities.provide(wantedLogins(ONE, null))).toEqual([]);
  });

  test('goes to another connection when what was made at the first is revoked', async () => {
    await used.identities.provide(wantedLogins(ONE));
    await logIn(ONE);
    expect(await used.identities.provide(wantedLogins(ONE, 'warehouse'))).toEqual(['DatabaseRole']);
    expect(await left(ONE)).toEqual({ roles: 0, sessions: 0 });
  });
});

describe('a database that is down when logins are revoked', () => {
  test('is told from a Vault that is down, and nothing is left when it is back', async () => {
    await used.identities.provide(wantedLogins(ONE));
    await logIn(ONE);
    await link.refuse();
    const revoked = used.identities.revokeLeases(ONE, PLACE, MOUNTS);
    await expect(revoked).rejects.toMatchObject({ reason: 'LoginsLeft' });
    await expect(revoked).rejects.toThrow(expect.not.stringMatching(/127\.0\.0\.1|vault_acme/));
    expect(await left(ONE)).toEqual({ roles: 1, sessions: 1 });
    await link.accept();
    await used.identities.revokeLeases(ONE, PLACE, MOUNTS);
    expect(await left(ONE)).toEqual({ roles: 0, sessions: 0 });
    const { status } = await vault.root('LIST', `sys/leases/lookup/${credsOf(ONE)}/`);
    expect(status).toBe(404);
  });

  test('has Vault go on trying, where nobody asks again', async () => {
    await used.identities.provide(wantedLogins(TWO));
    await logIn(TWO);
    const keys = `sys/leases/lookup/${credsOf(TWO)}/`;
    const [lease] = (await vault.root('LIST', keys)).data['keys'] as string[];
    const secondsLeft = async (): Promise<unknown> =>
      (await vault.root('PUT', 'sys/leases/lookup', { lease_id: `${credsOf(TWO)}/${lease}` })).data['ttl'];
    expect(await secondsLeft()).toBeGreaterThan(800);
    await link.refuse();
    await used.identities.revokeLeases(TWO, PLACE, MOUNTS).catch(() => undefined);
    expect(await secondsLeft()).toBeLessThanOrEqual(0);
    await link.accept();
    await used.identities.revokeLeases(TWO, PLACE, MOUNTS);
    expect(await left(TWO)).toEqual({ roles: 0, sessions: 0 });
  });

  test('is away for good with everything that was made for it', async () => {
    await used.identities.provide(wantedLogins(ONE));
    await used.identities.removeDatabaseRoles(ONE, PLACE, MOUNTS);
    await used.identities.removeDatabaseRoles(ONE, PLACE, [...MOUNTS, 'missing']).catch(() => undefined);
    expect((await vault.root('GET', roleOf(ONE))).status).toBe(404);
  });
});
