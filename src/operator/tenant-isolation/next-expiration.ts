import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { parseTime } from '../../lib/time.ts';

/** When the next exemption of any tenant ends, in milliseconds since 1970; never (`Infinity`) where none is in force at `now`. */
export function nextExpiration(tenants: readonly TenantIsolation[], now: number): number {
  const ends = tenants.flatMap(({ spec }) =>
    spec.exemptions.map(({ expirationTime }) => parseTime(expirationTime)),
  );
  return Math.min(...ends.filter((end) => end > now));
}
