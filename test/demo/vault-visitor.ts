import { GATEWAY, systemNamespaceOf } from '../../src/api/names.ts';
import { type IdentityOwner, identityPlace, vaultName } from '../../src/policy/vault/vault-identity.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';
import type { BoundVault } from '../testbed/vault/bind-vault.ts';
import { type CallVault, mustSucceed, type VaultResponse } from '../testbed/vault/call-vault.ts';
import { whoRefused } from '../testbed/who-refused.ts';
import type { Outcome } from './play-steps.ts';

/** A token that the API server is asked for. */
export interface AskedToken {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience: string;
  /** The Secret that it is bound to. */
  readonly secret?: string;
}

/** Asks the API server for a token, as the gateway of a tenant. */
export type AskForToken = (
  asked: AskedToken,
) => Promise<{ readonly token: string } | { readonly refusal: string }>;

/** Somebody who logs in to Vault as a sandbox, and keeps what Vault gave. */
export interface Visitor {
  readonly owner: IdentityOwner;
  readonly logIn: () => Promise<Outcome>;
  /** Reads a secret with the token that Vault gave at the last login. */
  readonly readSecret: (path: string) => Promise<Outcome>;
  /** Tries to log in with the ServiceAccount token of the last login. */
  readonly logInAgain: () => Promise<Outcome>;
}

export function createAskForToken({ kubectl }: ControlPlane, tenant: string): AskForToken {
  const as = `--as=system:serviceaccount:${systemNamespaceOf(tenant)}:${GATEWAY.name}`;
  return async ({ namespace, serviceAccount, audience, secret }) => {
    const bound = secret === undefined ? [] : ['--bound-object-kind=Secret', `--bound-object-name=${secret}`];
    const asked = [
      'create',
      'token',
      serviceAccount,
      '-n',
      namespace,
      `--audience=${audience}`,
      as,
      ...bound,
    ];
    const { code, stdout, stderr } = await kubectl(asked);
    return code === 0 ? { token: stdout.trim() } : { refusal: stderr.trim() };
  };
}

/** The token that an identity logs in with. */
export function tokenOfIdentity(owner: IdentityOwner, audience = 'vault'): AskedToken {
  const { namespace, name } = identityPlace(owner);
  return { namespace, serviceAccount: name, audience, secret: name };
}

export function createVisitor(owner: IdentityOwner, vault: BoundVault, ask: AskForToken): Visitor {
  const role = vaultName(owner);
  let jwt = '';
  let call: CallVault = vault.as();
  return {
    owner,
    logIn: async () => {
      const given = await ask(tokenOfIdentity(owner));
      if ('refusal' in given) return refusedByCluster(given.refusal);
      jwt = given.token;
      const response = await vault.login(role, jwt);
      if (response.status >= 300) return refusedByVault(`login as ${role}`, response);
      const { client_token, policies, lease_duration } = response.body['auth'] as GivenToken;
      call = vault.as(client_token);
      return { got: 'Logged in', details: [`  - policies ${policies.join(', ')}; ${lease_duration} s`] };
    },
    readSecret: async (path) => {
      const response = await call('GET', path);
      if (response.status >= 300) return refusedByVault(`GET ${path}`, response);
      return { got: 'Read', details: [`  - GET ${path}: ${response.status}`] };
    },
    logInAgain: async () => tryLogin(vault, role, jwt),
  };
}

interface GivenToken {
  readonly client_token: string;
  readonly policies: readonly string[];
  readonly lease_duration: number;
}

/** Tries a token of a ServiceAccount at Vault. */
export async function tryLogin(vault: BoundVault, role: string, jwt: string): Promise<Outcome> {
  const response = await vault.login(role, jwt);
  return response.status < 300 ? { got: 'Logged in' } : refusedByVault(`login as ${role}`, response);
}

export function refusedByCluster(message: string): Outcome {
  return { got: 'Refused', by: whoRefused(message), details: [`  - ${message}`] };
}

function refusedByVault(tried: string, { status, errors }: VaultResponse): Outcome {
  const words = errors.join('; ').replaceAll(/\s+/g, ' ').trim();
  return { got: 'Refused', by: 'Vault', details: [`  - ${tried}: ${status} ${words}`] };
}

/** What Vault has of a sandbox, each as it is named there; looked for as root. */
export async function listInVault(owner: IdentityOwner, root: CallVault): Promise<readonly string[]> {
  const name = vaultName(owner);
  const policies = await mustSucceed('list policies', root('LIST', 'sys/policies/acl'));
  const roles = await root('LIST', 'auth/kubernetes/role');
  const entities = await entitiesOf(owner, root);
  return [
    ...named(policies, name).map(() => `policy ${name}`),
    ...named(roles, name).map(() => `auth role ${name}`),
    ...entities.map((entity) => `entity ${entity}`),
  ];
}

/** The names of the entities that logged in as the ServiceAccount of an identity. */
async function entitiesOf(owner: IdentityOwner, root: CallVault): Promise<readonly string[]> {
  const { data } = await root('LIST', 'identity/entity/id');
  const ids = (data['keys'] ?? []) as string[];
  const entities = await Promise.all(ids.map((id) => root('GET', `identity/entity/id/${id}`)));
  return entities
    .map((entity) => entity.data as unknown as KnownEntity)
    .filter(({ aliases }) => aliases.some(({ metadata }) => isOf(owner, metadata ?? {})))
    .map(({ name }) => name);
}

interface KnownEntity {
  readonly name: string;
  readonly aliases: readonly { readonly metadata: Readonly<Record<string, string>> | null }[];
}

function named({ data }: VaultResponse, name: string): readonly string[] {
  return ((data['keys'] ?? []) as string[]).filter((key) => key === name);
}

function isOf(owner: IdentityOwner, metadata: Readonly<Record<string, string>>): boolean {
  const { namespace, name } = identityPlace(owner);
  return metadata['service_account_namespace'] === namespace && metadata['service_account_name'] === name;
}
