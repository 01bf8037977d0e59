/** Where Vault is, and how the operator logs in to it. */
export interface VaultSettings {
  /** `https://host:port`, or `http://` to this machine itself. */
  readonly address: string;
  /** The file of the certificates that Vault's has to be signed by, in PEM; null for those that Node trusts. */
  readonly authorityFile: string | null;
  /** Mount of the Kubernetes auth method at which the operator logs in. */
  readonly authMount: string;
  /** Its auth role there. */
  readonly role: string;
  /** Namespace of Vault in which it logs in; null for the root. */
  readonly namespace: string | null;
  /** The file of its ServiceAccount's token of audience `vault`. The kubelet writes it again before it expires. */
  readonly tokenFile: string;
}
