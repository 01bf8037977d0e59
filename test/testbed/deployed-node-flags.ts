import { readFileSync } from 'node:fs';
import { readDocuments } from '../../src/lib/yaml/read-documents.ts';

interface Deployment {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly command: string[] }[] } };
  };
}

/** The flags of Node that `manifests/install.yaml` starts a program with, so that it runs here as it does on a cluster. */
export function deployedNodeFlags(program: 'operator' | 'webhook'): readonly string[] {
  const path = new URL('../../manifests/install.yaml', import.meta.url);
  for (const document of readDocuments(readFileSync(path, 'utf8'), { file: 'manifests/install.yaml' })) {
    if ('error' in document) continue;
    const { kind, metadata, spec } = document.object as unknown as Deployment;
    if (kind !== 'Deployment' || metadata.name !== `cloister-${program}`) continue;
    const [container] = spec.template.spec.containers;
    return (container?.command ?? []).filter((word) => word.startsWith('--'));
  }
  throw new Error(`manifests/install.yaml has no Deployment cloister-${program}`);
}
