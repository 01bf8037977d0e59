const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** How long certificates are valid, in milliseconds. They are renewed after two thirds, so a third is left to repair faults. */
export const AUTHORITY_LIFETIME = 365 * DAY;
export const SERVING_LIFETIME = 90 * DAY;

/** Certificates begin this long before they are issued, for API servers whose clock is behind. */
export const BACKDATING = HOUR;

/** How long a new authority is published before it signs, so that every API server has the bundle. */
export const STAGING = DAY;

/** When a certificate with this validity must be renewed. Times in milliseconds since 1970. */
export function renewalTime({ notBefore, notAfter }: { notBefore: number; notAfter: number }): number {
  return notBefore + ((notAfter - notBefore) * 2) / 3;
}

/** Whether a certificate with this validity must be renewed. */
export function isDueForRenewal(validity: { notBefore: number; notAfter: number }, now: number): boolean {
  return now >= renewalTime(validity);
}
