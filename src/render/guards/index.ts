import type { PolicyObject } from '../admission-policy.ts';

/** The guard policies: what keeps enrolment, identities and Cloister's own objects out of reach. */
export const GUARDS: readonly (readonly PolicyObject[])[] = [];
