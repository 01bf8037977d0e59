/** What says which of two tenants is older. */
export interface AgedTenant {
  readonly name: string;
  /** RFC 3339; null for a tenant that the API server has not stored yet. */
  readonly creationTimestamp: string | null;
}

/**
 * Compares two tenants by age, the older one first: of what two of them claim, the older one keeps it. One that is not stored yet
 * is the youngest; of two of the same age the name decides.
 */
export function byAge(left: AgedTenant, right: AgedTenant): number {
  // The API server writes timestamps in UTC, so text order is time order.
  if (left.creationTimestamp === right.creationTimestamp) return left.name < right.name ? -1 : 1;
  if (left.creationTimestamp === null) return 1;
  if (right.creationTimestamp === null) return -1;
  return left.creationTimestamp < right.creationTimestamp ? -1 : 1;
}
