/** Where the logins of a role come from, at one mount of Vault's database engine. */
export interface BoundLogin {
  readonly mount: string;
  readonly connection: string;
  /** Whether a tool of the role changes rows with it. */
  readonly isWriter: boolean;
}
