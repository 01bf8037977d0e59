import { readManifests } from '../input/read-manifests.ts';
import type { ReadManifestsOptions } from '../input/read-manifests.ts';
import { Policies } from './policies.ts';
import { readCloisterObject } from './read-cloister-object.ts';

/**
 * Finds the roles and tenants among the manifests before the first pod is judged, since they may stand behind it. Only
 * files that hold the word are parsed for it, or each pod would be read twice. What cannot be read is told when it is read again.
 */
export async function readPolicies(
  sources: readonly string[],
  options: Pick<ReadManifestsOptions, 'stdin' | 'kept'>,
): Promise<Policies> {
  const policies = new Policies();
  const filter = (text: string) => text.includes('AgentRole') || text.includes('TenantIsolation');
  for await (const document of readManifests(sources, { ...options, filter })) {
    if ('error' in document) continue;
    const read = readCloisterObject(document.object);
    if (read !== null && 'object' in read) policies.take(read.object, document);
  }
  return policies;
}
