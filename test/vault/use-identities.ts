import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { buildSandboxPolicy } from '../../src/policy/vault/sandbox-policy.ts';
import { identityPlace, type IdentityOwner, vaultName } from '../../src/policy/vault/vault-identity.ts';
import { createVaultIdentities } from '../../src/vault/create-vault-identities.ts';
import type { VaultFence } from '../../src/vault/fenced-session.ts';
import { requireNamespaces } from '../../src/vault/require-namespaces.ts';
import type { VaultIdentities, VaultPlace, WantedIdentity } from '../../src/vault/vault-identities.ts';
import { createVaultPort, type VaultPort } from '../../src/vault/vault-port.ts';
import { createVaultSession, tokenOfFile } from '../../src/vault/vault-session.ts';
import type { VaultSettings } from '../../src/vault/vault-settings.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';
import { orThrow } from '../testbed/run-command.ts';
import { type BoundVault, OPERATOR_AUTH_ROLE } from '../testbed/vault/bind-vault.ts';
import { type CallVault, mustSucceed } from '../testbed/vault/call-vault.ts';

/** The identities in a Vault, as its operator keeps them, and whoever logs in with them. */
export interface UsedIdentities {
  readonly identities: VaultIdentities;
  /** Method and path of every request since the last call of this. */
  readonly takeRequests: () => readonly string[];
  /** The UID of the ServiceAccount of an owner. */
  readonly uidOf: (owner: IdentityOwner) => string;
  /** Logs in with a token of the owner's ServiceAccount, and returns Vault's response. */
  readonly loginAs: (owner: IdentityOwner, authMount?: string) => ReturnType<CallVault>;
  /** Logs in, and asks as that. */
  readonly callAs: (owner: IdentityOwner) => Promise<CallVault>;
}

export const ONE: IdentityOwner = { tenant: 'acme', namespace: 'acme-agents', sandbox: 'one' };
export const TWO: IdentityOwner = { ...ONE, sandbox: 'two' };
/** Never logs in before its end is tested. */
export const THREE: IdentityOwner = { ...ONE, sandbox: 'three' };
/** As long as names may be. */
export const LONG: IdentityOwner = {
  tenant: 't'.repeat(52),
  namespace: 'n'.repeat(63),
  sandbox: 's'.repeat(52),
};
const OWNERS = [ONE, TWO, THREE, LONG];

/** Of whoever may always ask. */
export const OPEN_FENCE: VaultFence = {
  assertHeld: () => {},
  cutoff: new AbortController().signal,
  track: (request) => void request.catch(() => undefined),
};

export const PLACE: VaultPlace = { authMount: 'kubernetes', namespace: null };

/** An identity that may read the secret of its own name. */
export function wantedOf(owner: IdentityOwner): WantedIdentity {
  const binding = { name: 'own', vaultKV: { mount: 'secret', path: `agents/${owner.sandbox}`, key: 'key' } };
  const { text } = buildSandboxPolicy([{ name: 'own' }], [binding]);
  return { owner, place: PLACE, policy: text };
}

export function roleOf(owner: IdentityOwner): string {
  return `auth/kubernetes/role/${vaultName(owner)}`;
}

export function policyOf(owner: IdentityOwner): string {
  return `sys/policies/acl/${vaultName(owner)}`;
}

/** How the operator logs in to a Vault of the testbed. */
export function operatorSettings(vault: BoundVault): VaultSettings {
  return {
    address: vault.url,
    authorityFile: vault.certificateAuthorityFile,
    authMount: 'kubernetes',
    role: OPERATOR_AUTH_ROLE,
    namespace: null,
    tokenFile: vault.operatorTokenFile,
  };
}

/**
 * Makes the ServiceAccounts and the secrets of the owners, and before each test deletes what is in Vault of them. The operator
 * is logged in then, so that requests can be counted.
 */
export function useIdentities(controlPlane: ControlPlane, vault: BoundVault): UsedIdentities {
  const requests: string[] = [];
  const uids = new Map<string, string>();
  let opened: { readonly identities: VaultIdentities; readonly close: () => Promise<void> };
  beforeAll(async () => {
    opened = openCounted(vault, requests);
    for (const owner of OWNERS) {
      uids.set(vaultName(owner), await makeServiceAccount(controlPlane, owner));
      await vault.root('POST', `secret/data/agents/${owner.sandbox}`, { data: { key: owner.sandbox } });
    }
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    for (const path of OWNERS.flatMap((owner) => [roleOf(owner), policyOf(owner)]))
      await vault.root('DELETE', path);
    await opened.identities.findHolder(ONE, PLACE);
    requests.length = 0;
  });
  const loginAs: UsedIdentities['loginAs'] = async (owner, authMount = PLACE.authMount) => {
    const { namespace, name } = identityPlace(owner);
    const jwt = await vault.serviceAccountToken({ namespace, serviceAccount: name });
    return vault.as()('POST', `auth/${authMount}/login`, { role: vaultName(owner), jwt });
  };
  return {
    get identities() {
      return opened.identities;
    },
    takeRequests: () => requests.splice(0),
    uidOf: (owner) => uids.get(vaultName(owner)) ?? '',
    loginAs,
    callAs: async (owner) => {
      const { body } = await mustSucceed('log in', loginAs(owner));
      return vault.as((body['auth'] as { client_token: string }).client_token);
    },
  };
}

/** Returns its UID. */
async function makeServiceAccount({ apply, kubectl }: ControlPlane, owner: IdentityOwner): Promise<string> {
  const { namespace, name } = identityPlace(owner);
  await apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
  ]);
  const args = ['get', 'serviceaccount', name, '-n', namespace, '-o', 'jsonpath={.metadata.uid}'];
  return (await orThrow('the UID of a ServiceAccount', kubectl(args))).stdout;
}

function openCounted(vault: BoundVault, requests: string[]) {
  const settings = operatorSettings(vault);
  const authority = vault.certificateAuthority;
  const port = createVaultPort({ address: settings.address, authority, clock: systemClock });
  const counting: VaultPort = {
    ...port,
    call: (request) => {
      requests.push(`${request.method} ${request.path}`);
      return port.call(request);
    },
  };
  const readToken = tokenOfFile(settings, (path) => readFile(path, 'utf8'));
  const session = createVaultSession({ port: counting, settings, readToken, clock: systemClock });
  return {
    identities: createVaultIdentities(requireNamespaces(session, counting, settings.namespace)),
    close: async () => {
      await session.close();
      await port.close();
    },
  };
}
