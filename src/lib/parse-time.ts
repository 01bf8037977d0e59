/** The milliseconds since 1970 of an RFC 3339 time; never a number (`NaN`) for any other text, which no comparison lets pass. */
export function parseTime(text: string): number {
  return Date.parse(text);
}
