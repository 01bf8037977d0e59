import type { KubeClient } from './kube-client.ts';
import { isKubeError } from './kube-error.ts';
import type { KubeObject } from './kube-object.ts';
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
