import { findObject } from '../kube/find-object.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import type { KubeResource } from '../kube/kube-resource.ts';

interface RegisteredWebhook {
  readonly name: string;
  readonly clientConfig: { readonly caBundle?: string; readonly [field: string]: unknown };
}

type WebhookConfigurationObject = KubeObject & { readonly webhooks?: readonly RegisteredWebhook[] };

/** A MutatingWebhookConfiguration or ValidatingWebhookConfiguration whose `caBundle` is set here. */
export interface WebhookRegistration {
  readonly resource: KubeResource;
  readonly name: string;
}

/** The bundles (PEM) of all webhooks of a registration; none where the registration does not exist. */
export async function readRegisteredBundles(
  client: KubeClient,
  { resource, name }: WebhookRegistration,
): Promise<string[]> {
  const configuration = await findObject<WebhookConfigurationObject>(client, resource, { name });
  return (configuration?.webhooks ?? []).map(({ clientConfig }) =>
    Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8'),
  );
}

/** Sets the bundle of all webhooks of a registration. Throws `Conflict` where the registration has changed since it was read. */
export async function registerBundle(
  client: KubeClient,
  { resource, name }: WebhookRegistration,
  bundle: string,
): Promise<void> {
  const configuration = await findObject<WebhookConfigurationObject>(client, resource, { name });
  const caBundle = Buffer.from(bundle).toString('base64');
  const webhooks = configuration?.webhooks ?? [];
  if (webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) return;
  const resourceVersion = configuration?.metadata.resourceVersion ?? '';
  // A merge patch replaces lists whole (RFC 7386), so every entry is sent back as it was read.
  const changed = webhooks.map((webhook) => {
    const clientConfig = { ...webhook.clientConfig, caBundle };
    return { ...webhook, clientConfig };
  });
  await client.patch(resource, { name }, { webhooks: changed }, { resourceVersion });
}
