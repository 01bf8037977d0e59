/** What the contract needs of a TenantIsolation, compiled once when the tenant is seen. */
export interface TenantPolicy {
  readonly name: string;
  /** `metadata.creationTimestamp`, RFC 3339 in UTC; null before the API server has stored the tenant. */
  readonly creationTimestamp: string | null;
  readonly namespaces: ReadonlySet<string>;
  readonly allowedRoles: ReadonlySet<string>;
  readonly defaultRole: string | null;
  readonly exemptions: readonly Exemption[];
  /** Secrets of each namespace with which the images of sandboxes are pulled. */
  readonly imagePullSecrets: readonly string[];
  /**
   * Addresses of the tenant's gateway; empty where its status names none. Null where the status is not known: a tenant
   * that is in a file, and not as the cluster has it.
   */
  readonly gatewayAddresses: readonly string[] | null;
}

/** A named, dated and bounded exception from checks outside Pod Security `restricted`. */
export interface Exemption {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Digests (`sha256:…`); every container of the pod must run one of them. */
  readonly images: ReadonlySet<string>;
  readonly checks: ReadonlySet<string>;
  readonly reason: string;
  /** Milliseconds since 1970; at and after it the exemption is gone. */
  readonly expirationTime: number;
}
