import { MANAGED_BY } from '../api/names.ts';
import { findObject } from '../kube/find-object.ts';
import { type KubeClient } from '../kube/kube-client.ts';
import { isKubeError } from '../kube/kube-error.ts';
import { type KubeObject, type OwnerReference } from '../kube/kube-object.ts';
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
  /** The ServiceAccount of the webhook. It owns both, so that they go with it; where it does not exist, nothing owns them. */
  readonly owner: string;
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
    owner: 'cloister-webhook',
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
    async write(authorities, version) {
      const owned = { name: secret, ownerReferences: await ownersOf(client, objects) };
      return version === null
        ? createSecret(client, owned, authorities)
        : changeSecret(client, owned, authorities, version);
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
        metadata: { ...configMap, labels: LABELS, ownerReferences: await ownersOf(client, objects) },
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

/** Also written on change: an account that was made again has another uid, and the old one's would take the object away. */
async function ownersOf(
  client: KubeClient,
  { namespace, owner: name }: CertificateObjects,
): Promise<OwnerReference[]> {
  const owner = await findObject(client, resources.serviceAccounts, { namespace, name });
  const uid = owner?.metadata.uid;
  return uid === undefined ? [] : [{ apiVersion: 'v1', kind: resources.serviceAccounts.kind, name, uid }];
}

interface OwnedSecret {
  readonly name: ObjectName;
  readonly ownerReferences: OwnerReference[];
}

async function createSecret(
  client: KubeClient,
  { name, ownerReferences }: OwnedSecret,
  authorities: StoredAuthorities,
): Promise<boolean> {
  const present = Object.entries(encodeAuthorities(authorities)).filter(([, value]) => value !== null);
  const data = Object.fromEntries(present) as Record<string, string>;
  try {
    await client.create<SecretObject>(resources.secrets, {
      metadata: { ...name, labels: LABELS, ownerReferences },
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
  { name, ownerReferences }: OwnedSecret,
  authorities: StoredAuthorities,
  resourceVersion: string,
): Promise<boolean> {
  try {
    const change = { metadata: { ownerReferences }, data: encodeAuthorities(authorities) };
    await client.patch<SecretObject>(resources.secrets, name, change, { resourceVersion });
    return true;
  } catch (error) {
    if (isKubeError(error, 'Conflict', 'NotFound')) return false;
    throw error;
  }
}
