import type { PolicyHolder } from '../policy/vault/sandbox-policy.ts';

/** What there is in Vault under a name is of an earlier sandbox, whose tokens may still be good. Nothing was written. */
export class FormerIdentityError extends Error {
  override readonly name = 'FormerIdentityError';
  /** Who logs in with it. */
  readonly holder: PolicyHolder;

  constructor(holder: PolicyHolder) {
    super('what is left of an earlier sandbox of the name goes first');
    this.holder = holder;
  }
}
