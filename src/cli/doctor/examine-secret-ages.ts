import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { listFirst } from '../../lib/list-first.ts';
import { metadataPath } from '../../policy/vault/vault-mounts.ts';
import { isVaultError } from '../../vault/vault-error.ts';
import type { SecretState, VaultInventory } from '../../vault/vault-inventory.ts';
import { failed, type Finding, noted, passed } from './finding.ts';
import { readVaultOr, WRITE_POLICY } from './vault-findings.ts';

export const DAY_MILLISECONDS = 24 * 3_600_000;

/** A secret that has not changed for longer than this must be replaced: everybody who has read it since then can still use it. */
export const MAX_AGE_DAYS = 30;

const SUBJECT = 'Vault, age of secrets';

interface BoundSecret {
  /** As a person names it: `secret/acme/crm`. */
  readonly name: string;
  readonly namespace: string | null;
  readonly path: string;
  readonly tenants: readonly string[];
}

type Examined = BoundSecret & { readonly found: SecretState | { readonly state: 'NotAllowed' } };

/** The secrets that tenants bind: there, and not too old. No value is read. */
export async function examineSecretAges(
  inventory: VaultInventory,
  tenants: readonly TenantIsolation[],
  now: number,
): Promise<readonly Finding[]> {
  return readVaultOr(SUBJECT, 'Correct vaultKV in spec.credentials of the tenants', async () => {
    const examined = await Promise.all(boundSecrets(tenants).map((secret) => examine(inventory, secret)));
    if (examined.length === 0) return [];
    const findings = [
      ...examined.flatMap((one) => judgeSecret(one, now)),
      ...judgeNotAllowed(examined.filter(({ found }) => found.state === 'NotAllowed')),
    ];
    if (findings.length > 0) return findings;
    const amount = examined.length === 1 ? 'the one' : `all ${examined.length}`;
    return [passed(SUBJECT, `${amount} that tenants bind changed within ${MAX_AGE_DAYS} days`)];
  });
}

function boundSecrets(tenants: readonly TenantIsolation[]): readonly BoundSecret[] {
  const byPlace = new Map<string, BoundSecret>();
  for (const { metadata, spec } of tenants) {
    if (spec.vault === undefined) continue;
    const namespace = spec.vault.namespace ?? null;
    for (const { vaultKV } of spec.credentials) {
      const path = vaultKV === undefined ? null : metadataPath(vaultKV);
      if (vaultKV === undefined || path === null) continue;
      const key = JSON.stringify([namespace, path]);
      const tenantsOf = new Set([...(byPlace.get(key)?.tenants ?? []), metadata.name]);
      const name = `${vaultKV.mount}/${vaultKV.path}`;
      byPlace.set(key, { name, namespace, path, tenants: [...tenantsOf] });
    }
  }
  return [...byPlace.values()];
}

async function examine(inventory: VaultInventory, secret: BoundSecret): Promise<Examined> {
  try {
    return { ...secret, found: await inventory.secret(secret.path, secret.namespace) };
  } catch (error) {
    // Of a mount that does not exist Vault says more than nothing, and for the tenant it is the same.
    if (!isVaultError(error, 'Denied', 'Missing')) throw error;
    return { ...secret, found: { state: error.reason === 'Missing' ? 'Missing' : 'NotAllowed' } };
  }
}

function judgeSecret({ name, tenants, found }: Examined, now: number): readonly Finding[] {
  const subject = `Vault, secret ${name} of TenantIsolation ${tenants.join(', ')}`;
  if (found.state === 'NotAllowed') return [];
  if (found.state === 'Missing')
    return [failed(subject, 'does not exist. Write it, or correct spec.credentials of the tenant')];
  if (found.state === 'Deleted')
    return [failed(subject, 'its current version is deleted. Write it again: vault kv put')];
  const days = Math.floor((now - found.createdTime) / DAY_MILLISECONDS);
  if (days <= MAX_AGE_DAYS) return [];
  return [
    noted(subject, `is ${days} days old. Replace it where it is used, and write it again: vault kv put`),
  ];
}

function judgeNotAllowed(secrets: readonly Examined[]): readonly Finding[] {
  if (secrets.length === 0) return [];
  const names = listFirst(secrets, 5, ({ name }) => name);
  const message = `is not known, because the operator may not read the metadata of ${names}. ${WRITE_POLICY}`;
  return [noted(SUBJECT, message)];
}
