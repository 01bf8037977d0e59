import type { ReviewContext } from '../admission/review-context.ts';
import type { RolePolicy } from '../roles/role-policy.ts';

/** What is known when a pod is hardened. */
export interface HardenContext {
  /** As the pod is judged. */
  readonly review: ReviewContext;
  readonly role: RolePolicy;
  /** Addresses of the tenant's gateway; empty where they are not known. */
  readonly gatewayAddresses: readonly string[];
  /** The start gate by digest, to be put into pods that have none; null where it is not known. */
  readonly startGateImage: string | null;
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
}
