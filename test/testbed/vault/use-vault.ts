import { afterAll, beforeAll } from 'vitest';
import type { ControlPlane } from '../connect-control-plane.ts';
import { type BoundVault, startBoundVault } from './bind-vault.ts';
import type { VaultOptions } from './start-vault.ts';

// Vault is built within this time where there is none; afterwards it starts within a second.
const BUILD_MILLISECONDS = 900_000;

/**
 * A Vault of the test file's own, bound to the control plane. Call it at the top of the file or of a `describe`, and use it inside hooks that come
 * after it and tests. Each use of a property is one of the Vault that runs.
 */
export function useVault(controlPlane: () => ControlPlane, options: VaultOptions = {}): BoundVault {
  let vault: BoundVault | undefined;
  beforeAll(async () => {
    vault = await startBoundVault(controlPlane(), options);
  }, BUILD_MILLISECONDS);
  afterAll(() => vault?.stop());
  return new Proxy({} as BoundVault, {
    get: (_, property) => {
      if (vault === undefined) throw new Error('Vault does not run yet: use it inside a hook or a test');
      return Reflect.get(vault, property);
    },
  });
}
