import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { listFirst } from '../../lib/list-first.ts';
import { selectedKeys } from '../../policy/upstreams/credential-values.ts';
import { type SecretPaths, secretPaths } from '../../policy/vault/vault-mounts.ts';
import { isVaultError } from '../../vault/vault-error.ts';
import type { SecretState, VaultInventory } from '../../vault/vault-inventory.ts';
import { failed, type Finding, noted, passed } from './finding.ts';
import { readVaultOr, WRITE_POLICY } from './vault-findings.ts';

export const DAY_MILLISECONDS = 24 * 3_600_000;

/** A secret that has not changed for longer than this must be replaced: everybody who has read it since then can still use it. */
export const MAX_AGE_DAYS = 30;

const SUBJECT = 'Vault, bound secrets';

interface BoundSecret {
  /** As a person names it: `secret/acme/crm`. */
  readonly name: string;
  readonly namespace: string | null;
  readonly paths: SecretPaths;
  readonly tenants: ReadonlySet<string>;
  /** Keys that are bound. */
  readonly keys: ReadonlySet<string>;
}

interface Examined extends BoundSecret {
  readonly found: SecretState | { readonly state: 'NotAllowed' };
  /** Names of its keys; null where Vault does not say them. */
  readonly has: readonly string[] | null;
}

/** The secrets that tenants bind: there, with the keys that are bound, and not too old. No value is read. */
export async function examineVaultSecrets(
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
      const paths = vaultKV === undefined ? null : secretPaths(vaultKV);
      if (vaultKV === undefined || paths === null) continue;
      const place = JSON.stringify([namespace, paths.metadata]);
      const known = byPlace.get(place);
      byPlace.set(place, {
        name: `${vaultKV.mount}/${vaultKV.path}`,
        namespace,
        paths,
        tenants: new Set([...(known?.tenants ?? []), metadata.name]),
        keys: new Set([...(known?.keys ?? []), ...selectedKeys(vaultKV).map(([, key]) => key)]),
      });
    }
  }
  return [...byPlace.values()];
}

async function examine(inventory: VaultInventory, secret: BoundSecret): Promise<Examined> {
  const { paths, namespace } = secret;
  try {
    const found = await inventory.secret(paths.metadata, namespace);
    const isThere = found.state === 'Present';
    return { ...secret, found, has: isThere ? await inventory.secretKeys(paths.subkeys, namespace) : null };
  } catch (error) {
    // Of a mount that does not exist Vault says more than nothing, and for the tenant it is the same.
    if (!isVaultError(error, 'Denied', 'Missing')) throw error;
    return { ...secret, found: { state: error.reason === 'Missing' ? 'Missing' : 'NotAllowed' }, has: null };
  }
}

function judgeSecret({ name, tenants, keys, found, has }: Examined, now: number): readonly Finding[] {
  const subject = `Vault, secret ${name} of TenantIsolation ${[...tenants].join(', ')}`;
  if (found.state === 'NotAllowed') return [];
  if (found.state === 'Missing')
    return [failed(subject, 'does not exist. Write it, or correct spec.credentials of the tenant')];
  if (found.state === 'Deleted')
    return [failed(subject, 'its current version is deleted. Write it again: vault kv put')];
  const missing = has === null ? [] : [...keys].filter((key) => !has.includes(key)).sort();
  if (missing.length > 0) return [failed(subject, describeMissingKeys(missing))];
  const days = Math.floor((now - found.createdTime) / DAY_MILLISECONDS);
  if (days <= MAX_AGE_DAYS) return [];
  return [
    noted(subject, `is ${days} days old. Replace it where it is used, and write it again: vault kv put`),
  ];
}

function judgeNotAllowed(secrets: readonly Examined[]): readonly Finding[] {
  if (secrets.length === 0) return [];
  const names = listFirst(secrets, 5, ({ name }) => name);
  const message = `is not known, because the operator may not read the metadata and the names of the keys of ${names}. ${WRITE_POLICY}`;
  return [noted(SUBJECT, message)];
}

/** Of a secret that lacks keys that are bound. */
export function describeMissingKeys(keys: readonly string[]): string {
  const named = keys.length === 1 ? `key ${keys[0]}` : `keys ${keys.join(', ')}`;
  return `has no ${named}. Add it, or correct spec.credentials of the tenant`;
}
