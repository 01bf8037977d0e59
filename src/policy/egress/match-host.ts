/** Whether a host is what a pattern names: `example.com` is that host only, `*.example.com` every host below it. */
export function matchesHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
    : host === pattern;
}

/** Every pattern that matches a host, the most specific first: itself, then `*.` and each name that it is below. */
export function patternsOf(host: string): readonly string[] {
  const patterns = [host];
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    patterns.push(`*${host.slice(dot)}`);
  }
  return patterns;
}
