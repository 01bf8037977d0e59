import { API_VERSION, GATEWAY, systemNamespaceOf } from '../../../src/api/names.ts';
import { roleWithoutDatabase } from '../../demo/samples.ts';
import { prepareCluster } from '../../operator/operator-on-cluster.ts';
import type { ApiServerCaller } from '../../testbed/api-server-caller.ts';
import type { StartedControlPlane } from '../../testbed/control-plane.ts';
import { type BoundVault, VAULT_MOUNTS } from '../../testbed/vault/bind-vault.ts';
import { mustSucceed } from '../../testbed/vault/call-vault.ts';

export const TENANT = 'bench';
export const NAMESPACE = 'bench-agents';
const SYSTEM = systemNamespaceOf(TENANT);

/** What the role of every sandbox may read. */
export const SECRET = 'secret/data/hermes-agent/openai';

/** Installs Cloister without its webhook, and makes a tenant whose sandboxes have a secret in Vault. */
export async function prepareVaultedTenant(
  controlPlane: StartedControlPlane,
  vault: BoundVault,
): Promise<void> {
  await prepareCluster(controlPlane);
  await mustSucceed('write a secret', vault.root('POST', SECRET, { data: { api_key: 'sk-bench' } }));
  await controlPlane.apply([
    roleWithoutDatabase(),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: API_VERSION,
      kind: 'TenantIsolation',
      metadata: { name: TENANT },
      spec: {
        namespaces: [{ name: NAMESPACE, quota: { sandboxes: 1_000, hard: { 'requests.cpu': '10000' } } }],
        roles: { allowed: ['data-analyst'] },
        vault: { authMount: VAULT_MOUNTS.auth },
        credentials: [
          { name: 'openai', vaultKV: { mount: 'secret', path: 'hermes-agent/openai', key: 'api_key' } },
        ],
        onEgressOpen: 'Report',
        adopt: 'Report',
      },
    },
  ]);
}

/** Asks for a token of a sandbox's identity, as the gateway does. */
export async function tokenOf(sandbox: string, caller: ApiServerCaller): Promise<string> {
  const name = `${NAMESPACE}.${sandbox}`;
  const { status, body } = await caller.send({
    method: 'POST',
    path: `/api/v1/namespaces/${SYSTEM}/serviceaccounts/${name}/token`,
    user: { name: `system:serviceaccount:${SYSTEM}:${GATEWAY.name}`, groups: ['system:serviceaccounts'] },
    body: {
      spec: {
        audiences: ['vault'],
        expirationSeconds: 600,
        boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name },
      },
    },
  });
  if (status !== 201) throw new Error(`a token of ${name}: ${status} ${body.message}`);
  return (body['status'] as { token: string }).token;
}
