import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import type { KubeResource } from '../kube/kube-resource.ts';
import { resources } from '../kube/resources.ts';
import type { CertificateObjects } from './certificate-objects.ts';
import { findObject } from '../kube/find-object.ts';

type WebhookConfiguration = KubeObject & { webhooks?: RegisteredWebhook[] };
type RegisteredWebhook = { name: string; clientConfig: { caBundle?: string; [field: string]: unknown } };

/** A webhook configuration whose `caBundle` is ours. */
export interface WebhookRegistration {
  readonly resource: KubeResource;
  readonly name: string;
}

/** The registrations of an installation. */
export function registrationsOf({
  mutating,
  validating,
}: CertificateObjects): readonly WebhookRegistration[] {
  return [
    ...mutating.map((name) => ({ resource: resources.mutatingWebhookConfigurations, name })),
    ...validating.map((name) => ({ resource: resources.validatingWebhookConfigurations, name })),
  ];
}

/** The bundles (PEM) of all webhooks of a registration; none where it does not exist. */
export async function readRegisteredBundles(
  client: KubeClient,
  { resource, name }: WebhookRegistration,
): Promise<string[]> {
  const configuration = await findObject<WebhookConfiguration>(client, resource, { name });
  return (configuration?.webhooks ?? []).map(({ clientConfig }) =>
    Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8'),
  );
}

/** Sets the bundle of all webhooks of a registration, unless it changed in between: then it throws `Conflict`. */
export async function registerBundle(
  client: KubeClient,
  { resource, name }: WebhookRegistration,
  bundle: string,
): Promise<void> {
  const configuration = await findObject<WebhookConfiguration>(client, resource, { name });
  const caBundle = Buffer.from(bundle).toString('base64');
  const webhooks = configuration?.webhooks ?? [];
  if (webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) return;
  const resourceVersion = configuration?.metadata.resourceVersion ?? '';
  // A merge patch replaces lists whole (RFC 7386), so every entry goes back as it was read.
  const changed = webhooks.map((webhook) => {
    const clientConfig = { ...webhook.clientConfig, caBundle };
    return { ...webhook, clientConfig };
  });
  await client.patch(resource, { name }, { webhooks: changed }, { resourceVersion });
}
