/**
 * What one of several replicas may give of a limit. Replicas do not know what the others gave, so each gives its share and the
 * sum never passes the limit. A limit below the number of replicas gives nothing.
 */
export function shareOf(limit: number, replicas: number): number {
  return Math.floor(limit / replicas);
}
