/** A time in milliseconds since 1970 as Kubernetes writes it: RFC 3339 in UTC, whole seconds. */
export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
