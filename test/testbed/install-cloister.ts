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

const isWebhook = (manifest: Manifest): boolean => Array.isArray(manifest['webhooks']);

/** All of {@link installManifests} but the registrations of webhooks: kinds first, since policies name them as parameters. */
export function objectsOfCloister(): readonly (readonly Manifest[])[] {
  const manifests = installManifests('https://127.0.0.1');
  const isEarly = ({ kind }: Manifest): boolean =>
    kind === 'CustomResourceDefinition' || kind === 'Namespace';
  return [
    manifests.filter(isEarly),
    manifests.filter((manifest) => !isEarly(manifest) && !isWebhook(manifest)),
  ];
}

/** Applies {@link installManifests}, webhooks last; the rest only where the control plane does not hold it from the start. */
export async function installCloister(controlPlane: ControlPlane, webhookUrl: string): Promise<void> {
  if (controlPlane.connection.hasCloister !== true)
    for (const objects of objectsOfCloister()) await controlPlane.apply(objects);
  await waitForSandboxKind(controlPlane);
  await controlPlane.apply(installManifests(webhookUrl).filter(isWebhook));
}

const PROBE = {
  apiVersion: 'cloister.dev/v1alpha1',
  kind: 'AgentSandbox',
  metadata: { name: 'probe', namespace: 'default' },
  spec: { image: `packages.example.com/probe@sha256:${'0'.repeat(64)}`, roleRef: { name: 'probe' } },
};

/** Waits until a sandbox could be made: MutatingAdmissionPolicies read the schema of new kinds every 5 s. */
async function waitForSandboxKind(controlPlane: ControlPlane): Promise<void> {
  const end = Date.now() + 60_000;
  const args = ['create', '--dry-run=server', '-o', 'json', '-f', '-'];
  for (;;) {
    const { stdout, stderr } = await controlPlane.kubectl(args, { input: JSON.stringify(PROBE) });
    if (stdout.includes('cloister.dev/created-by')) return;
    if (Date.now() > end) throw new Error(`no AgentSandbox can be made: ${stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
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
