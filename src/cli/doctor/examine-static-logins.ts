import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { staticLoginPath, staticRolePathOf } from '../../policy/vault/vault-mounts.ts';
import type { Rotation, VaultInventory } from '../../vault/vault-inventory.ts';
import { failed, type Finding, noted, passed } from './finding.ts';
import { readVaultOr, WRITE_POLICY } from './vault-findings.ts';

const MAX_DAYS = 30;
const DAY_SECONDS = 86_400;

/** The static logins that tenants name: there, and rotated every 30 days or more often. */
export async function examineStaticLogins(
  inventory: Pick<VaultInventory, 'rotation'>,
  tenants: readonly TenantIsolation[],
): Promise<readonly Finding[]> {
  const named = tenants.flatMap(({ metadata: { name }, spec: { vault, credentials } }) =>
    vault === undefined
      ? []
      : credentials.flatMap(({ vaultDatabase }) => {
          const { mount = '', staticRole } = vaultDatabase ?? {};
          if (staticRole === undefined) return [];
          const path = staticRolePathOf(staticLoginPath({ mount, staticRole }));
          return [{ tenant: name, path, namespace: vault.namespace ?? null }];
        }),
  );
  const findings = named.map(({ tenant, path, namespace }) => {
    const subject = `Vault, static login ${path} of TenantIsolation ${tenant}`;
    return readVaultOr(subject, WRITE_POLICY, async () => [
      judgeRotation(subject, path, await inventory.rotation(path, namespace)),
    ]);
  });
  return (await Promise.all(findings)).flat();
}

function judgeRotation(subject: string, path: string, rotation: Rotation | null): Finding {
  if (rotation === null)
    return failed(
      subject,
      'does not exist. Write it in Vault, or correct vaultDatabase in spec.credentials of the tenant: the operator cannot log in to its database',
    );
  const { seconds, schedule } = rotation;
  if (schedule !== null)
    return noted(
      subject,
      `is rotated by the schedule ${JSON.stringify(schedule)}. See that it is due every ${MAX_DAYS} days`,
    );
  const mend = `Set it: vault write ${path} rotation_period=${MAX_DAYS * 24}h`;
  if (seconds === null || seconds <= 0) return failed(subject, `rotation_period is not set. ${mend}`);
  const days = seconds / DAY_SECONDS;
  if (days <= MAX_DAYS) return passed(subject, `is rotated every ${Math.ceil(days)} days or more often`);
  return failed(subject, `rotation_period is ${seconds} s; must be at most ${MAX_DAYS} days. ${mend}`);
}
