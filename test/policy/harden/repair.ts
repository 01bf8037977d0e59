import type { FixContext } from '../../../src/policy/admission/check.ts';
import type { WritablePod } from '../../build/pod.ts';
import type { buildRolePolicy } from '../../build/review-context.ts';

type Tweak = (pod: WritablePod) => void;

/** A pod that a check refuses, and exactly what its repair makes of it; both are changes of the compliant pod. */
export interface Repair {
  readonly check: string;
  /** What is wrong. */
  readonly name: string;
  readonly before: Tweak;
  /** The compliant pod itself, where left out. */
  readonly after?: Tweak;
  readonly role?: Parameters<typeof buildRolePolicy>[0];
  /** The addresses in the tenant's status; none, where left out. */
  readonly gatewayAddresses?: readonly string[] | null;
  readonly startGateImage?: FixContext['startGateImage'];
}
