import { expect, test } from 'vitest';
import { createSpareVault } from '../../../src/operator/identity/spare-vault.ts';
import { VaultError } from '../../../src/vault/vault-error.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { createMemoryVault } from '../../build/memory-vault.ts';

const ownerOf = (tenant: string) => ({ tenant, namespace: `${tenant}-agents`, sandbox: 'one' });
const PLACE = { authMount: 'kubernetes', namespace: null };

test('a Vault that has just not responded is not asked again, and the next is not told for whom it was', async () => {
  const clock = createManualClock(0);
  const memory = createMemoryVault();
  const down = { reason: 'Unreachable', messages: ['it cannot be connected to (ECONNREFUSED)'] } as const;
  memory.failWith = (call) => new VaultError(call, down);
  const vault = createSpareVault(memory.identities, clock);
  await expect(vault.removeLogin(ownerOf('other'), PLACE)).rejects.toThrow('cloister.other.other-agents.one');
  await expect(vault.removeLogin(ownerOf('acme'), PLACE)).rejects.toMatchObject({
    ...down,
    message: 'a call a moment ago in Vault: it cannot be connected to (ECONNREFUSED)',
  });
  expect(memory.calls).toHaveLength(1);
  memory.failWith = () => null;
  await clock.advance(2_000);
  await expect(vault.removeLogin(ownerOf('acme'), PLACE)).resolves.toBeUndefined();
});
