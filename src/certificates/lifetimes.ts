const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** How long certificates hold, in milliseconds. Successors are made at two thirds, so a third is left to repair faults. */
export const AUTHORITY_LIFETIME = 365 * DAY;
export const SERVING_LIFETIME = 90 * DAY;

/** Certificates begin this much before they are made, for API servers whose clock is behind. */
export const BACKDATING = HOUR;

/** How long a new authority is published before anything is signed with it: until every API server has seen the bundle. */
export const STAGING = DAY;

/** When something that began and ends then is due for a successor. */
export function isDueForRenewal(validity: { notBefore: number; notAfter: number }, now: number): boolean {
  return now >= validity.notBefore + ((validity.notAfter - validity.notBefore) * 2) / 3;
}
