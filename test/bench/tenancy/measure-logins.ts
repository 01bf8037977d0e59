import { createDatabaseLogins } from '../../../src/credentials/database-logins.ts';
import { requestIdentityToken } from '../../../src/credentials/identity-token.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLog } from '../../../src/lib/log.ts';
import { tenantRoleName } from '../../../src/policy/database/role-names.ts';
import { buildDatabaseRoles } from '../../../src/policy/vault/database-role.ts';
import { buildSandboxPolicy } from '../../../src/policy/vault/sandbox-policy.ts';
import { type IdentityOwner, identityPlace, vaultName } from '../../../src/policy/vault/vault-identity.ts';
import { anchorSecret, identityServiceAccount } from '../../../src/render/tenant/sandbox-identity.ts';
import { authRoleOf } from '../../../src/vault/auth-role.ts';
import { createVaultPort } from '../../../src/vault/vault-port.ts';
import { startControlPlane, type StartedControlPlane } from '../../testbed/control-plane.ts';
import { type StartedPostgres, startPostgres } from '../../testbed/postgres/start-postgres.ts';
import { type BoundVault, startBoundVault, VAULT_MOUNTS } from '../../testbed/vault/bind-vault.ts';
import { mustSucceed } from '../../testbed/vault/call-vault.ts';
import { connectDatabase } from '../../testbed/vault/connect-database.ts';
import { interleave, type Rounds } from '../statistics.ts';

const OWNER: IdentityOwner = { tenant: 'acme', namespace: 'acme-agents', sandbox: 'one' };
const CALLER = { namespace: OWNER.namespace, podUID: 'pod', sandbox: OWNER.sandbox, sandboxUID: 'one' };
const CONNECTION = { mount: VAULT_MOUNTS.database, connection: 'acme' };
const TENANT_UID = 'acme-uid';

/**
 * Milliseconds until a sandbox that has no login has one: as the gateway gets it, with the token of the API server before it; and of
 * Vault alone, a login with a token that is there, and the credentials.
 */
export async function measureLogins(rounds: number): Promise<Rounds> {
  const controlPlane = await startControlPlane();
  try {
    const postgres = await startPostgres({ version: 18 });
    try {
      const vault = await startBoundVault(controlPlane);
      try {
        await prepare(controlPlane, vault, postgres);
        return await measure(controlPlane, vault, rounds);
      } finally {
        await vault.stop();
      }
    } finally {
      await postgres.stop();
    }
  } finally {
    await controlPlane.stop();
  }
}

async function prepare(
  controlPlane: StartedControlPlane,
  vault: BoundVault,
  postgres: StartedPostgres,
): Promise<void> {
  const { namespace } = identityPlace(OWNER);
  await controlPlane.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    identityServiceAccount(OWNER, CALLER.sandboxUID),
    anchorSecret(OWNER, CALLER),
  ]);
  const reader = tenantRoleName(TENANT_UID);
  const admin = await postgres.connect();
  await admin.query(`CREATE ROLE "${reader}"`);
  await connectDatabase(vault, postgres, { ...CONNECTION, tenant: OWNER.tenant, roles: [reader] });
  const name = vaultName(OWNER);
  const { text } = buildSandboxPolicy([], [], { name, loginMounts: [CONNECTION.mount] });
  const uids = { tenantUID: TENANT_UID, sandboxUID: CALLER.sandboxUID };
  const [role] = buildDatabaseRoles([{ ...CONNECTION, isWriter: false }], uids);
  const parts = [
    [`sys/policies/acl/${name}`, { policy: text }],
    [`auth/${VAULT_MOUNTS.auth}/role/${name}`, authRoleOf(OWNER)],
    [
      `${CONNECTION.mount}/roles/${name}`,
      {
        db_name: CONNECTION.connection,
        creation_statements: role?.creation,
        revocation_statements: role?.revocation,
      },
    ],
  ] as const;
  for (const [path, body] of parts) await mustSucceed(`write ${path}`, vault.root('POST', path, body));
}

async function measure(
  controlPlane: StartedControlPlane,
  vault: BoundVault,
  rounds: number,
): Promise<Rounds> {
  const client = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
  const authority = vault.certificateAuthority;
  const port = createVaultPort({ address: vault.url, authority, clock: systemClock });
  const signal = new AbortController().signal;
  const logins = createDatabaseLogins({
    vault: {
      port,
      tenant: OWNER.tenant,
      requestToken: (owner, ended) => requestIdentityToken(client, owner, ended),
    },
    tenant: () => ({
      vault: { authMount: VAULT_MOUNTS.auth },
      credentials: [{ name: 'warehouse', vaultDatabase: CONNECTION }],
    }),
    isCurrent: () => true,
    clock: systemClock,
    log: createLog({ program: 'bench', level: 'error' }),
  });
  const ours = async (): Promise<void> => {
    const given = await logins.get({ ...CALLER, proof: 'Secret' }, 'warehouse', signal);
    if ('problem' in given) throw new Error(given.problem.detail);
  };
  const ofVault = async (token: string): Promise<void> => {
    const call = await vault.loggedIn(vaultName(OWNER), token);
    await mustSucceed('make a login', call('GET', `${CONNECTION.mount}/creds/${vaultName(OWNER)}`));
  };
  try {
    return await interleave(
      rounds,
      async () => {
        logins.wipe(CALLER.sandboxUID);
        return timed(ours);
      },
      async () => {
        const token = await requestIdentityToken(client, OWNER, signal);
        return timed(() => ofVault(token.reveal()));
      },
    );
  } finally {
    logins.close();
    await port.close();
    await client.close();
  }
}

async function timed(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}
