/** Whether some host is named by both patterns: `example.com` is that name only, `*.example.com` every name below it. */
export function hostsOverlap(left: string, right: string): boolean {
  if (left === right) return true;
  if (left.startsWith('*.') && right.startsWith('*.')) {
    return left.endsWith(right.slice(1)) || right.endsWith(left.slice(1));
  }
  if (left.startsWith('*.')) return right.endsWith(left.slice(1));
  return right.startsWith('*.') && left.endsWith(right.slice(1));
}
