import type { QuarantineLookup } from '../agent-quarantine/quarantine-lookup.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { toldSandbox } from './feed-context.ts';
import { readFeedKey } from './feed-keys.ts';

/** Whether the gateway is still to be told that a sandbox is contained. */
export function isUrgentInFeed(
  key: string,
  caches: Pick<OperatorCaches, 'sandboxes' | 'configMaps'>,
  quarantineOf: Pick<QuarantineLookup, 'ofSandbox'>,
): boolean {
  const entry = readFeedKey(key);
  if (entry?.subject.kind !== 'Sandbox') return false;
  const { namespace, sandbox: name } = entry.subject;
  const sandbox = caches.sandboxes.get(namespace, name);
  if (sandbox === undefined || quarantineOf.ofSandbox(sandbox) === null) return false;
  return toldSandbox(caches, entry.tenant, entry.subject)?.contained === false;
}
