import type { ControlPlane } from '../testbed/connect-control-plane.ts';
import { systemNamespaceOf } from '../../src/api/names.ts';
import { GATE_SOURCES } from '../testbed/gate-sources.ts';
import type { RunningCloister } from '../testbed/start-cloister.ts';
import type { BoundVault } from '../testbed/vault/bind-vault.ts';
import { mustSucceed } from '../testbed/vault/call-vault.ts';
import { tokenRights } from '../testbed/vault/token-rights.ts';
import { createDemoCalls, type DemoCalls } from './demo-calls.ts';
import { applyTenant } from './prepare.ts';
import { readSampleObject, roleWithoutDatabase } from './samples.ts';
import { NAMESPACE } from './scenario.ts';
import { type AskForToken, createAskForToken, createVisitor, type Visitor } from './vault-visitor.ts';

/** What the steps about Vault play with. */
export interface VaultStage {
  readonly controlPlane: ControlPlane;
  readonly cloister: RunningCloister;
  readonly vault: BoundVault;
  readonly calls: DemoCalls;
  readonly ask: AskForToken;
  /** The sandbox of the demo. */
  readonly visitor: Visitor;
  /** Another of the same tenant, with another role. */
  readonly neighbour: Visitor;
}

const TENANT = 'acme';
export const SECRETS = { own: 'secret/data/hermes-agent/openai', neighbour: 'secret/data/acme/crm' } as const;

/** The role of the neighbour. */
export const NEIGHBOUR_ROLE = 'read-crm';

/** What a platform team and an application team apply, and write into Vault. */
export async function prepareVaultStage(
  controlPlane: ControlPlane,
  cloister: RunningCloister,
  vault: BoundVault,
): Promise<VaultStage> {
  const secrets = [
    [SECRETS.own, { api_key: 'of the sandbox' }],
    [SECRETS.neighbour, { token: 'of its neighbour' }],
  ] as const;
  for (const [path, data] of secrets) await mustSucceed(`write ${path}`, vault.root('POST', path, { data }));
  await applyTenant(controlPlane, GATE_SOURCES);
  await controlPlane.apply([
    roleWithoutDatabase(),
    neighbourRole(),
    ...tokenRights(TENANT, [systemNamespaceOf(TENANT), NAMESPACE]),
  ]);
  const calls = createDemoCalls(controlPlane);
  const refusal = await calls.send('PATCH', `/apis/cloister.dev/v1alpha1/tenantisolations/${TENANT}`, {
    spec: tenantChanges(),
  });
  if (refusal !== '') throw new Error(refusal);
  const ask = createAskForToken(controlPlane, TENANT);
  const visit = (sandbox: string): Visitor =>
    createVisitor({ tenant: TENANT, namespace: NAMESPACE, sandbox }, vault, ask);
  const [visitor, neighbour] = [visit('report'), visit('crm')];
  return { controlPlane, cloister, vault, calls, ask, visitor, neighbour };
}

const CRM = { name: 'crm', vaultKV: { mount: 'secret', path: 'acme/crm', key: 'token' } };

/** The changes of the tenant's spec that let it have further roles and credentials beside those of the steps before. */
export function tenantChanges(roles: readonly string[] = [], credentials: readonly object[] = []): object {
  const { spec } = readSampleObject('tenant-acme.yaml') as {
    spec: { credentials: readonly object[]; roles: { allowed: readonly string[] } };
  };
  return {
    roles: { allowed: [...spec.roles.allowed, NEIGHBOUR_ROLE, ...roles] },
    credentials: [...spec.credentials, CRM, ...credentials],
  };
}

function neighbourRole(): object {
  const role = readSampleObject('role-read-only.yaml') as { spec: object };
  const spec = { ...role.spec, credentials: [{ name: 'crm', attach: { type: 'Bearer' } }] };
  return { ...role, metadata: { name: NEIGHBOUR_ROLE }, spec };
}
