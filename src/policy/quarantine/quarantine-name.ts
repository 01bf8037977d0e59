import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import { sha256 } from '../../lib/sha256.ts';

type Target = AgentQuarantine['spec']['target'];

const MAX_NAME_CHARACTERS = 63;
const HASH_CHARACTERS = 8;

/**
 * Returns the name of the quarantine of a target where nobody gives another: who quarantines it twice makes one. Where the
 * words could mean two targets, or are too long, a hash of them is at the end.
 */
export function quarantineName({ type, namespace, name }: Target): string {
  const words = [type.toLowerCase(), name].filter((word) => word !== undefined).join('-');
  if (namespace === undefined && words.length <= MAX_NAME_CHARACTERS) return words;
  const hash = sha256([type, namespace, name].join('/')).slice(0, HASH_CHARACTERS);
  const start = words.slice(0, MAX_NAME_CHARACTERS - HASH_CHARACTERS - 1).replace(/-+$/, '');
  return `${start}-${hash}`;
}
