import { listFirst } from '../../lib/list-first.ts';
import type { NeededRight } from '../../policy/vault/operator-policy.ts';
import { isVaultError, type VaultError } from '../../vault/vault-error.ts';
import type { VaultInventory } from '../../vault/vault-inventory.ts';
import { failed, type Finding, passed } from './finding.ts';

/** What to do where the operator's policy in Vault is that of other tenants. */
export const WRITE_POLICY =
  'Write its policy again: kubectl get tenantisolations -o yaml | cloister vault policy -f - | vault policy write operator-cloister -';

const RIGHTS = 'Vault, rights of the operator';

/** How many rights are named. */
const MAX_NAMED = 12;

/** Runs a part of an examination of Vault. Where Vault does not answer it nothing is known, and otherwise something is wrong. */
export async function readVaultOr(
  subject: string,
  mend: string,
  examine: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await examine();
  } catch (error) {
    if (!isVaultError(error)) throw error;
    const state = isVaultError(error, 'Unreachable', 'Unavailable') ? 'Unread' : 'Failed';
    const found = describeVaultError(error);
    // Of what it rejects Vault says what it must be.
    const message = error.reason === 'Invalid' ? found : `${found}. ${mend}`;
    return [{ subject, state, message }];
  }
}

/** What Vault said, without a full stop at its end. */
export function describeVaultError({ message }: VaultError): string {
  return message.trim().replace(/[.:]$/, '');
}

/** What the operator may not do in Vault, by path and capability. */
export async function judgeVaultRights(
  inventory: VaultInventory,
  needed: readonly NeededRight[],
): Promise<readonly Finding[]> {
  return readVaultOr(RIGHTS, WRITE_POLICY, async () => {
    const granted = await inventory.capabilities(needed.map(({ example }) => example));
    const missing = needed.flatMap(({ path, capabilities }, index) => {
      const has = granted[index] ?? [];
      const lacks = has.includes('root') ? [] : capabilities.filter((one) => !has.includes(one));
      return lacks.length === 0 ? [] : [`${lacks.join(', ')} on ${path}`];
    });
    if (missing.length === 0) return [passed(RIGHTS, `has those that it needs at ${needed.length} paths`)];
    return [failed(RIGHTS, `lacks: ${listFirst(missing, MAX_NAMED, String, '; ')}. ${WRITE_POLICY}`)];
  });
}
