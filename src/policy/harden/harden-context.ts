import type { FixContext } from '../admission/check.ts';

/** What is known when a pod is hardened. */
export interface HardenContext extends FixContext {
  /** Addresses of the tenant's gateway; empty where they are not known. */
  readonly gatewayAddresses: readonly string[];
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
}
