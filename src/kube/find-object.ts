import type { KubeClient } from './kube-client.ts';
import { isKubeError } from './kube-error.ts';
import type { KubeObject, ObjectMeta } from './kube-object.ts';
import type { KubeResource, ObjectName } from './kube-resource.ts';
import type { CallLimits } from './transport.ts';

/** Reads an object that may not be there: null then. */
export async function findObject<T extends KubeObject>(
  client: Pick<KubeClient, 'get'>,
  resource: KubeResource,
  { namespace, name }: ObjectName,
  limits?: CallLimits,
): Promise<T | null> {
  try {
    return await client.get<T>(resource, namespace === undefined ? { name } : { namespace, name }, limits);
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return null;
    throw error;
  }
}

/** Looks for an object by a list, for which the right that a cache needs is enough. */
export async function findListed(
  client: Pick<KubeClient, 'list'>,
  resource: KubeResource,
  { namespace, name }: Pick<ObjectMeta, 'namespace' | 'name'>,
  limits?: CallLimits,
): Promise<KubeObject | undefined> {
  const selection = { namespace, fieldSelector: `metadata.name=${name}` };
  const { items } = await client.list<KubeObject>(resource, selection, limits);
  return items[0];
}
