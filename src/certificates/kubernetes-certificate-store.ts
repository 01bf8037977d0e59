import type { KubeClient } from '../kube/kube-client.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import type { ObjectName } from '../kube/kube-resource.ts';
import { resources } from '../kube/resources.ts';
import type { CertificateObjects } from './certificate-objects.ts';
import type { CertificateStore } from './certificate-store.ts';
import { decodeAuthorities, encodeAuthorities } from './encode-authorities.ts';
import { findObject } from '../kube/find-object.ts';
import { bundleOf, type StoredAuthorities } from './stored-authorities.ts';
import { readRegisteredBundles, registerBundle, registrationsOf } from './webhook-registration.ts';

type Secret = KubeObject & { type?: string; data?: Record<string, string> };
type ConfigMap = KubeObject & { data?: Record<string, string> };

const LABELS = { 'app.kubernetes.io/managed-by': 'cloister', 'app.kubernetes.io/part-of': 'cloister' };

/**
 * Keeps the authorities in a Secret, and tells a ConfigMap and the webhook registrations what to trust.
 * Writes to what others write too carry the resource version that was read, so a race is lost, not won by accident.
 */
export function createKubernetesCertificateStore(
  client: KubeClient,
  objects: CertificateObjects,
): CertificateStore {
  const { namespace } = objects;
  const secret = { namespace, name: objects.secret };
  const configMap = { namespace, name: objects.configMap };
  const registrations = registrationsOf(objects);
  return {
    async read() {
      const found = await findObject<Secret>(client, resources.secrets, secret);
      if (found === null) return { authorities: null, version: null };
      const authorities = decodeAuthorities(found.data ?? {}, `Secret ${namespace}/${secret.name}`);
      return { authorities, version: found.metadata.resourceVersion ?? null };
    },
    write(authorities, version) {
      return version === null
        ? createSecret(client, secret, authorities)
        : changeSecret(client, secret, authorities, version);
    },
    async readBundles() {
      const found = await findObject<ConfigMap>(client, resources.configMaps, configMap);
      const registered = await Promise.all(
        registrations.map((registration) => readRegisteredBundles(client, registration)),
      );
      return [found?.data?.['bundle.crt'] ?? '', ...registered.flat()];
    },
    async publish(authorities) {
      const bundle = bundleOf(authorities);
      // The registrations first: nobody waits for the ConfigMap as the API server does for them.
      for (const registration of registrations) await registerBundle(client, registration, bundle);
      await client.apply<ConfigMap>(resources.configMaps, {
        metadata: { ...configMap, labels: LABELS },
        data: { 'ca.crt': authorities.current.certificate, 'bundle.crt': bundle },
      });
    },
  };
}

async function createSecret(
  client: KubeClient,
  name: ObjectName,
  authorities: StoredAuthorities,
): Promise<boolean> {
  const present = Object.entries(encodeAuthorities(authorities)).filter(([, value]) => value !== null);
  const data = Object.fromEntries(present) as Record<string, string>;
  try {
    await client.create<Secret>(resources.secrets, {
      metadata: { ...name, labels: LABELS },
      type: 'Opaque',
      data,
    });
    return true;
  } catch (error) {
    if (isKubeError(error, 'AlreadyExists')) return false;
    throw error;
  }
}

async function changeSecret(
  client: KubeClient,
  name: ObjectName,
  authorities: StoredAuthorities,
  resourceVersion: string,
): Promise<boolean> {
  try {
    const data = encodeAuthorities(authorities);
    await client.patch<Secret>(resources.secrets, name, { data }, { resourceVersion });
    return true;
  } catch (error) {
    if (isKubeError(error, 'Conflict', 'NotFound')) return false;
    throw error;
  }
}
