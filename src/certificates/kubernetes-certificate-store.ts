import { MANAGED_BY } from '../api/names.ts';
import { findObject } from '../kube/find-object.ts';
import { type KubeClient } from '../kube/kube-client.ts';
import { isKubeError } from '../kube/kube-error.ts';
import { type KubeObject } from '../kube/kube-object.ts';
import { type ObjectName } from '../kube/kube-resource.ts';
import { resources } from '../kube/resources.ts';
import { type CertificateStore } from './certificate-manager.ts';
import {
  bundleOf,
  decodeAuthorities,
  encodeAuthorities,
  type StoredAuthorities,
} from './stored-authorities.ts';
import { readRegisteredBundles, registerBundle, type WebhookRegistration } from './webhook-registration.ts';

type SecretObject = KubeObject & { type?: string; data?: Record<string, string> };
type ConfigMapObject = KubeObject & { data?: Record<string, string> };

const LABELS = { [MANAGED_BY.label]: MANAGED_BY.value, 'app.kubernetes.io/part-of': 'cloister' };

/** The Kubernetes objects that the certificates are stored in. */
export interface CertificateObjects {
  /** Namespace of the Secret and the ConfigMap. */
  readonly namespace: string;
  readonly secret: string;
  readonly configMap: string;
  /** Names of the MutatingWebhookConfigurations and ValidatingWebhookConfigurations whose `caBundle` is set. */
  readonly mutating: readonly string[];
  readonly validating: readonly string[];
}

/** The objects of an installation in a namespace. */
export function certificateObjectsIn(namespace: string): CertificateObjects {
  return {
    namespace,
    secret: 'cloister-webhook-ca',
    configMap: 'cloister-ca',
    mutating: ['zz-cloister-explain'],
    validating: ['cloister-decide'],
  };
}

/**
 * Stores the authorities in a Secret, and publishes the bundle in a ConfigMap and the webhook configurations.
 * Writes to shared objects carry the resource version that was read, so of two replicas one gets a conflict.
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
      const found = await findObject<SecretObject>(client, resources.secrets, secret);
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
      const found = await findObject<ConfigMapObject>(client, resources.configMaps, configMap);
      const registered = await Promise.all(
        registrations.map((registration) => readRegisteredBundles(client, registration)),
      );
      return [found?.data?.['bundle.crt'] ?? '', ...registered.flat()];
    },
    async publish(authorities) {
      const bundle = bundleOf(authorities);
      // The registrations first: the API server calls the webhook with their bundle.
      for (const registration of registrations) await registerBundle(client, registration, bundle);
      await client.apply<ConfigMapObject>(resources.configMaps, {
        metadata: { ...configMap, labels: LABELS },
        data: { 'ca.crt': authorities.current.certificate, 'bundle.crt': bundle },
      });
    },
  };
}

function registrationsOf({ mutating, validating }: CertificateObjects): readonly WebhookRegistration[] {
  return [
    ...mutating.map((name) => ({ resource: resources.mutatingWebhookConfigurations, name })),
    ...validating.map((name) => ({ resource: resources.validatingWebhookConfigurations, name })),
  ];
}

async function createSecret(
  client: KubeClient,
  name: ObjectName,
  authorities: StoredAuthorities,
): Promise<boolean> {
  const present = Object.entries(encodeAuthorities(authorities)).filter(([, value]) => value !== null);
  const data = Object.fromEntries(present) as Record<string, string>;
  try {
    await client.create<SecretObject>(resources.secrets, {
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
    await client.patch<SecretObject>(resources.secrets, name, { data }, { resourceVersion });
    return true;
  } catch (error) {
    if (isKubeError(error, 'Conflict', 'NotFound')) return false;
    throw error;
  }
}
