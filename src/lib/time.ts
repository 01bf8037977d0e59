/** The milliseconds since 1970 of an RFC 3339 time; never a number (`NaN`) for any other text, which no comparison lets pass. */
export function parseTime(text: string): number {
  return Date.parse(text);
}

/** A time in milliseconds since 1970 as Kubernetes writes it: RFC 3339 in UTC, whole seconds. */
export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
