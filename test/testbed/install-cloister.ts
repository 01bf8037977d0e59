import { readFileSync } from 'node:fs';
import { readDocuments } from '../../src/lib/yaml/read-documents.ts';
import type { ControlPlane } from './connect-control-plane.ts';

type Manifest = Record<string, unknown> & { kind?: unknown };

/** Kinds that need a node: the programs run beside the API server here, and are reached by URL. */
const NEEDS_NODE = new Set(['Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy']);

/** What `manifests/install.yaml` installs on a cluster without nodes, its webhooks called at `webhookUrl`. */
export function installManifests(webhookUrl: string): readonly Manifest[] {
  const path = new URL('../../manifests/install.yaml', import.meta.url);
  const manifests: Manifest[] = [];
  for (const document of readDocuments(readFileSync(path, 'utf8'), { file: 'manifests/install.yaml' })) {
    if ('error' in document) throw new Error(`manifests/install.yaml: ${document.error}`);
    if (!NEEDS_NODE.has(String(document.object['kind']))) manifests.push(byUrl(document.object, webhookUrl));
  }
  return manifests;
}

/** Applies {@link installManifests} in two steps: kinds first, since policies name them as parameters. */
export async function installCloister(controlPlane: ControlPlane, webhookUrl: string): Promise<void> {
  const manifests = installManifests(webhookUrl);
  const isEarly = ({ kind }: Manifest) => kind === 'CustomResourceDefinition' || kind === 'Namespace';
  await controlPlane.apply(manifests.filter(isEarly));
  await controlPlane.apply(manifests.filter((manifest) => !isEarly(manifest)));
}

interface Webhook {
  readonly clientConfig: { readonly service?: { readonly path?: string } };
}

function byUrl(manifest: Manifest, webhookUrl: string): Manifest {
  if (!Array.isArray(manifest['webhooks'])) return manifest;
  const webhooks = (manifest['webhooks'] as Webhook[]).map((webhook) => ({
    ...webhook,
    clientConfig: { url: `${webhookUrl}${webhook.clientConfig.service?.path ?? ''}` },
  }));
  return { ...manifest, webhooks };
}
