/** What there is in Vault under a name is of an earlier sandbox, whose tokens may still be good. Nothing was written. */
export class FormerIdentityError extends Error {
  override readonly name = 'FormerIdentityError';
  /** The UID of the ServiceAccount that logs in with it. */
  readonly serviceAccountUID: string;

  constructor(serviceAccountUID: string) {
    super('what is left of an earlier sandbox of the name goes first');
    this.serviceAccountUID = serviceAccountUID;
  }
}
