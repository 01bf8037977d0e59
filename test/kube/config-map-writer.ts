import type { KubeClient } from '../../src/kube/kube-client.ts';
import { isKubeError } from '../../src/kube/kube-error.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { resources } from '../../src/kube/resources.ts';

/** A ConfigMap as these tests write it. */
export type ConfigMap = KubeObject & { data?: Record<string, string> };

/** Writes ConfigMaps of one namespace straight to the API server. */
export interface ConfigMapWriter {
  readonly namespace: string;
  readonly set: (name: string, value: string) => Promise<ConfigMap>;
  readonly remove: (name: string) => Promise<void>;
  /** Removes it if it is there and makes another of the same name. */
  readonly recreate: (name: string, value: string) => Promise<ConfigMap>;
  /** So many creations, changes, deletions and recreations on few names. */
  readonly churn: (count: number) => Promise<void>;
  /** What the API server holds now: `name uid resourceVersion`, sorted. */
  readonly truth: () => Promise<string[]>;
}

const configMaps = resources.configMaps;

/** Selects what the writer wrote: the controller manager puts a ConfigMap of its own into every namespace. */
export const writtenSelector = 'written=here';

/** Sums an object up so that any difference shows. */
export function fingerprint({ metadata }: ConfigMap): string {
  return `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`;
}

/** Creates a writer for one namespace. */
export function createConfigMapWriter(client: KubeClient, namespace: string): ConfigMapWriter {
  const object = (name: string, value: string): ConfigMap => ({
    metadata: { name, namespace, labels: { written: 'here' } },
    data: { value },
  });
  const set = (name: string, value: string): Promise<ConfigMap> =>
    client.apply(configMaps, object(name, value));
  const remove = async (name: string): Promise<void> => {
    try {
      await client.delete(configMaps, { namespace, name });
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
    }
  };
  const recreate = async (name: string, value: string): Promise<ConfigMap> => {
    await remove(name);
    return client.create(configMaps, object(name, value));
  };
  return {
    namespace,
    set,
    remove,
    recreate,
    churn: async (count) => {
      for (let step = 0; step < count; step += 1) {
        const name = `map-${(step * 5) % 7}`;
        if (step % 3 === 0) await remove(name);
        else if (step % 4 === 0) await recreate(name, `${step}`);
        else await set(name, `größer ${step}`);
      }
    },
    truth: async () =>
      (await client.list<ConfigMap>(configMaps, { namespace, labelSelector: writtenSelector })).items
        .map(fingerprint)
        .sort(),
  };
}
