import { afterAll, beforeAll, expect, vi } from 'vitest';
import { GATEWAY, systemNamespaceOf } from '../../src/api/names.ts';
import { type IdentityOwner, identityPlace, vaultName } from '../../src/policy/vault/vault-identity.ts';
import { roleWithoutDatabase } from '../demo/samples.ts';
import { orThrow } from '../testbed/run-command.ts';
import { type BoundVault, operatorVaultFlags, startBoundVault } from '../testbed/vault/bind-vault.ts';
import type { CallVault } from '../testbed/vault/call-vault.ts';
import { NAMESPACE } from './samples.ts';
import { sandboxCalls } from './sandbox-calls.ts';
import { KINDS } from './tenants.ts';
import { RUNNING, useSandboxes } from './use-sandboxes.ts';

export const WAIT = { timeout: 40_000, interval: 200 };

/** What the role of the sandboxes may read, and what it may not. */
export const SECRET = 'secret/data/hermes-agent/openai';
export const OTHER_SECRET = 'secret/data/other/crm';

/** What a sandbox was given in Vault. */
export interface LoggedIn {
  /** The UID of the ServiceAccount that logged in, and of the pod. */
  readonly accountUID: string;
  readonly podUID: string;
  /** The token of its ServiceAccount. */
  readonly token: string;
  /** Asks with the token of Vault that it got for it. */
  readonly call: CallVault;
}

/** Lets the gateways of tenants ask for tokens of identities, which only their own policy holds them to. */
function mayAskForTokens(tenants: readonly string[]): readonly object[] {
  const metadata = { name: 'tokens' };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'tokens' };
  const namespaces = tenants.map(systemNamespaceOf);
  const subjects = namespaces.map((namespace) => ({ kind: 'ServiceAccount', name: GATEWAY.name, namespace }));
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const rules = [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }];
  return [
    { apiVersion, kind: 'ClusterRole', metadata, rules },
    { apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef, subjects },
  ];
}

/** Installs Cloister with a Vault of the file's own, where sandboxes of the tenant `acme` read a secret. Call it at the top of a file. */
export function useVaultSandboxes(tenants: readonly string[] = ['acme']) {
  let vault: BoundVault;
  const cluster = useSandboxes(
    async (controlPlane) => {
      vault = await startBoundVault(controlPlane);
      await controlPlane.apply(mayAskForTokens(tenants));
    },
    undefined,
    () => operatorVaultFlags(vault),
  );
  const { calls, cloister, controlPlane } = cluster;
  beforeAll(async () => {
    await controlPlane().apply([roleWithoutDatabase()]);
    await vault.root('POST', SECRET, { data: { api_key: 'sk-acme' } });
    await vault.root('POST', OTHER_SECRET, { data: { token: 'other' } });
  });
  afterAll(() => vault?.stop());

  /** The entities of a ServiceAccount that it can log in as. Those of a mount that was replaced nobody can. */
  const entitiesOf = async (accountUID: string): Promise<readonly string[]> => {
    const { data: mount } = await vault.root('GET', 'sys/mounts/auth/kubernetes');
    const body = { alias_name: accountUID, alias_mount_accessor: mount['accessor'] };
    const { data } = await vault.root('POST', 'identity/lookup/entity', body);
    const { id } = data;
    return typeof id === 'string' ? [id] : [];
  };
  const found = async (path: string): Promise<boolean> => (await calls().read(path)).status !== 404;

  /** A sandbox, from the names of which everything else follows. */
  const sandboxOf = (sandbox: string, { tenant = 'acme', namespace = NAMESPACE } = {}) => {
    const owner: IdentityOwner = { tenant, namespace, sandbox };
    const name = vaultName(owner);
    const account = identityPlace(owner);
    const inCluster = (kind: string): string =>
      `/api/v1/namespaces/${account.namespace}/${kind}/${account.name}`;
    const { make, nextPod, play, says, pod, statusOf } = sandboxCalls(calls, namespace);
    /** A token of its ServiceAccount, as the gateway asks for it. */
    const token = async (): Promise<string> => {
      const args = ['create', 'token', account.name, '-n', account.namespace, '--audience=vault'];
      const bound = ['--bound-object-kind=Secret', `--bound-object-name=${account.name}`];
      const as = `--as=system:serviceaccount:${account.namespace}:${GATEWAY.name}`;
      const asked = controlPlane().kubectl([...args, ...bound, as]);
      return (await orThrow('a token of an identity', asked)).stdout.trim();
    };
    const logIn = async (): Promise<LoggedIn> => {
      const jwt = await token();
      const { serviceAccountUID, podUID } = (await statusOf(sandbox)).vaultIdentity ?? {};
      const call = await vault.loggedIn(name, jwt);
      return { accountUID: serviceAccountUID ?? '', podUID: podUID ?? '', token: jwt, call };
    };
    const run = async (spec: object = {}): Promise<void> => {
      await make(sandbox, spec);
      await nextPod(sandbox);
      await play(sandbox, RUNNING);
    };
    const opensNothing = async ({ token: jwt, call }: LoggedIn): Promise<void> => {
      expect((await call('GET', SECRET)).status).toBe(403);
      expect([400, 403]).toContain((await vault.login(name, jwt)).status);
    };
    const hasNothing = async (given: LoggedIn): Promise<void> => {
      await vi.waitFor(async () => {
        for (const path of [`sys/policies/acl/${name}`, `auth/kubernetes/role/${name}`])
          expect([path, (await vault.root('GET', path)).status]).toEqual([path, 404]);
        for (const path of [inCluster('serviceaccounts'), inCluster('secrets')])
          expect([path, await found(path)]).toEqual([path, false]);
        expect(await entitiesOf(given.accountUID)).toEqual([]);
      }, WAIT);
      await opensNothing(given);
    };
    return {
      name,
      account,
      path: `${KINDS}/namespaces/${namespace}/agentsandboxes/${sandbox}`,
      run,
      logIn,
      token,
      runAndLogIn: async (spec: object = {}): Promise<LoggedIn> => {
        await run(spec);
        await says(sandbox, 'CredentialsReady True/Ready', 'Ready True/Ready');
        return logIn();
      },
      says: (...conditions: readonly string[]) => says(sandbox, ...conditions),
      status: () => statusOf(sandbox),
      pod: () => pod(sandbox),
      hasAnchor: () => found(inCluster('secrets')),
      /** Expects that what was given opens nothing. */
      opensNothing,
      /** Waits until nothing is left of the identity, and expects that what was given opens nothing then. */
      hasNothing,
    };
  };
  return {
    ...cluster,
    vault: () => vault,
    entitiesOf,
    sandboxOf,
    /** Has the operator look at all of Vault, as it does every ten minutes. */
    lookAgain: async (): Promise<void> => {
      await cloister().operator.stop(5_000);
      await cloister().startAgain('operator');
    },
  };
}
