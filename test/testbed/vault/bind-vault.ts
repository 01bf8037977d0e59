import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OPERATOR, SYSTEM_NAMESPACE } from '../../../src/api/names.ts';
import { OPERATOR_POLICY, operatorPolicy } from '../../../src/policy/vault/operator-policy.ts';
import { VAULT_AUDIENCE } from '../../../src/policy/vault/vault-identity.ts';
import type { ControlPlane } from '../connect-control-plane.ts';
import { orThrow } from '../run-command.ts';
import { type CallVault, mustSucceed } from './call-vault.ts';
import { type StartedVault, startVault, type VaultOptions } from './start-vault.ts';

/** The mounts of the testbed's Vault. */
export const VAULT_MOUNTS = {
  auth: 'kubernetes',
  keyValue: 'secret',
  database: 'database',
} as const;

/** Connections of databases that the operator may have roles for; none is made. */
const VAULT_CONNECTIONS = ['acme', 'globex', 'warehouse'];

/** The auth role of the operator. */
export const OPERATOR_AUTH_ROLE = 'operator-cloister';

/** The ServiceAccount by which Vault asks the API server whose a token is. */
const REVIEWER = { namespace: 'vault', name: 'vault' } as const;

/** Which ServiceAccount a token is for, and how. */
export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** `vault` unless told. */
  readonly audience?: string;
  /** The API server accepts no less than 600, which is what it is unless told. */
  readonly seconds?: number;
  /** An object that the token dies with, such as `{ kind: 'Secret', name: 'x' }`. */
  readonly boundTo?: { readonly kind: string; readonly name: string };
}

/** A Vault whose Kubernetes login believes a control plane. */
export interface BoundVault extends StartedVault {
  /** A token of a ServiceAccount, from the API server. */
  readonly serviceAccountToken: (request: TokenRequest) => Promise<string>;
  /** Logs in by a token of a ServiceAccount, and returns Vault's response. */
  readonly login: (role: string, serviceAccountToken: string) => ReturnType<CallVault>;
  /** Logs in and asks as who that is; throws where the login is refused. */
  readonly loggedIn: (role: string, serviceAccountToken: string) => Promise<CallVault>;
  /** Logs in as the operator, which may do what its policy allows. */
  readonly asOperator: () => Promise<CallVault>;
  /** The file that holds the operator's token of audience `vault`, as a projected volume has it. */
  readonly operatorTokenFile: string;
}

/**
 * Sets Vault up as a platform team does: the Kubernetes auth method, the database engine, and the operator's policy and auth
 * role. The operator's ServiceAccount is made where it is not there yet.
 */
export async function bindVault(vault: StartedVault, controlPlane: ControlPlane): Promise<BoundVault> {
  const { root, as, folder } = vault;
  await applyServiceAccounts(controlPlane);
  const serviceAccountToken = (request: TokenRequest): Promise<string> => createToken(controlPlane, request);
  await mountAuth(root, controlPlane);
  const database = { type: 'database' };
  await mustSucceed('mount the databases', root('POST', `sys/mounts/${VAULT_MOUNTS.database}`, database));
  await writeOperator(root);
  const operatorTokenFile = join(folder, 'operator-token');
  const operator = { namespace: SYSTEM_NAMESPACE, serviceAccount: OPERATOR };
  await writeFile(operatorTokenFile, await serviceAccountToken({ ...operator, seconds: 7200 }), {
    mode: 0o600,
  });
  const login = (role: string, jwt: string): ReturnType<CallVault> =>
    as()('POST', `auth/${VAULT_MOUNTS.auth}/login`, { role, jwt });
  const loggedIn = async (role: string, jwt: string): Promise<CallVault> => {
    const { body } = await mustSucceed(`log in as ${role}`, login(role, jwt));
    return as((body['auth'] as { client_token: string }).client_token);
  };
  const asOperator = async (): Promise<CallVault> =>
    loggedIn(OPERATOR_AUTH_ROLE, await serviceAccountToken(operator));
  return { ...vault, serviceAccountToken, login, loggedIn, asOperator, operatorTokenFile };
}

/** Starts a Vault and binds it; one that cannot be bound is stopped. */
export async function startBoundVault(
  controlPlane: ControlPlane,
  options: VaultOptions = {},
): Promise<BoundVault> {
  const started = await startVault(options);
  try {
    return await bindVault(started, controlPlane);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** Flags by which an operator on this machine finds Vault. */
export function operatorVaultFlags(vault: BoundVault): readonly string[] {
  return [
    `--vault-address=${vault.url}`,
    `--vault-ca-file=${vault.certificateAuthorityFile}`,
    `--vault-role=${OPERATOR_AUTH_ROLE}`,
    `--vault-token-file=${vault.operatorTokenFile}`,
  ];
}

async function applyServiceAccounts({ apply, kubectl }: ControlPlane): Promise<void> {
  const { stdout } = await kubectl([
    'get',
    'serviceaccount',
    OPERATOR,
    '-n',
    SYSTEM_NAMESPACE,
    '--ignore-not-found',
    '-o',
    'name',
  ]);
  const account = (namespace: string, name: string): readonly object[] => [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
  ];
  await apply([
    // Where Cloister is installed, it has it, and it is not ours to write.
    ...(stdout === '' ? account(SYSTEM_NAMESPACE, OPERATOR) : []),
    ...account(REVIEWER.namespace, REVIEWER.name),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'vault-token-review' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
      subjects: [{ kind: 'ServiceAccount', ...REVIEWER }],
    },
  ]);
}

async function createToken({ kubectl }: ControlPlane, request: TokenRequest): Promise<string> {
  const { namespace, serviceAccount, audience = VAULT_AUDIENCE, seconds = 600, boundTo } = request;
  const args = ['create', 'token', serviceAccount, '-n', namespace, `--duration=${seconds}s`];
  const bound =
    boundTo === undefined
      ? []
      : [`--bound-object-kind=${boundTo.kind}`, `--bound-object-name=${boundTo.name}`];
  const { stdout } = await orThrow(
    `a token of ${namespace}/${serviceAccount}`,
    kubectl([...args, ...bound, ...(audience === '' ? [] : [`--audience=${audience}`])]),
  );
  return stdout.trim();
}

async function mountAuth(root: CallVault, controlPlane: ControlPlane): Promise<void> {
  const { url, certificateAuthority } = controlPlane;
  const mount = VAULT_MOUNTS.auth;
  await mustSucceed('mount the login', root('POST', `sys/auth/${mount}`, { type: 'kubernetes' }));
  const token_reviewer_jwt = await createToken(controlPlane, {
    namespace: REVIEWER.namespace,
    serviceAccount: REVIEWER.name,
    audience: '',
    seconds: 86_400,
  });
  const configuration = {
    kubernetes_host: url,
    kubernetes_ca_cert: certificateAuthority,
    token_reviewer_jwt,
    disable_local_ca_jwt: true,
  };
  await mustSucceed('configure the login', root('POST', `auth/${mount}/config`, configuration));
}

async function writeOperator(root: CallVault): Promise<void> {
  const policy = operatorPolicy([
    {
      namespace: null,
      authMounts: [VAULT_MOUNTS.auth],
      databaseMounts: [VAULT_MOUNTS.database],
      connectionPaths: VAULT_CONNECTIONS.map((name) => `${VAULT_MOUNTS.database}/config/${name}`),
      staticLoginPaths: [],
      metadataPaths: [],
    },
  ]);
  await mustSucceed('write the policy', root('PUT', `sys/policies/acl/${OPERATOR_POLICY}`, { policy }));
  const role = {
    bound_service_account_names: OPERATOR,
    bound_service_account_namespaces: SYSTEM_NAMESPACE,
    audience: VAULT_AUDIENCE,
    token_policies: OPERATOR_POLICY,
    token_no_default_policy: true,
    token_ttl: '15m',
    token_max_ttl: '15m',
  };
  const path = `auth/${VAULT_MOUNTS.auth}/role/${OPERATOR_AUTH_ROLE}`;
  await mustSucceed('write the auth role', root('POST', path, role));
}
