import { REGISTRATION, WEBHOOK } from '../api/names.ts';
import { findObject } from '../kube/find-object.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeObject, OwnerReference } from '../kube/kube-object.ts';
import { resources } from '../kube/resources.ts';
import { MANAGED_LABELS } from '../render/tenant/rendered-object.ts';
import { readAuthorities, writeAuthorities } from './authority-secret.ts';
import type { CertificateStore } from './certificate-manager.ts';
import { bundleOf } from './stored-authorities.ts';
import { readRegisteredBundles, registerBundle, type WebhookRegistration } from './webhook-registration.ts';

type ConfigMapObject = KubeObject & { data?: Record<string, string> };

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
    owner: WEBHOOK,
    mutating: [REGISTRATION.mutating],
    validating: [REGISTRATION.validating],
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
    read: () => readAuthorities(client, secret),
    async write(authorities, version) {
      const owned = {
        name: secret,
        labels: MANAGED_LABELS,
        ownerReferences: await ownersOf(client, objects),
      };
      return writeAuthorities(client, owned, { authorities, version });
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
        metadata: {
          ...configMap,
          labels: { ...MANAGED_LABELS },
          ownerReferences: await ownersOf(client, objects),
        },
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
