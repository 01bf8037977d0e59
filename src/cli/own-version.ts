import { readFileSync } from 'node:fs';

/** Returns the version of the program. */
export function ownVersion(): string {
  // The same path from src and from dist.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
