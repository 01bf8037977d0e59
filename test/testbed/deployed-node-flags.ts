import { readFileSync } from 'node:fs';
import { parseQuantity } from '../../src/lib/quantity.ts';
import { readDocuments } from '../../src/lib/yaml/read-documents.ts';

interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly resources: { readonly limits: { readonly memory: string } };
}

interface Deployment {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly [Container] } };
  };
}

/** The flags of Node that `manifests/install.yaml` starts a program with, so that it runs here as it does on a cluster. */
export function deployedNodeFlags(program: 'operator' | 'webhook'): readonly string[] {
  return deployedContainer(program).command.filter((word) => word.startsWith('--'));
}

/** The flags of the program itself in `manifests/install.yaml`. */
export function deployedArguments(program: 'operator' | 'webhook'): readonly string[] {
  return deployedContainer(program).args;
}

/** The memory limit of a program in `manifests/install.yaml`, in bytes. */
export function deployedMemory(program: 'operator' | 'webhook'): number {
  const { memory } = deployedContainer(program).resources.limits;
  return Number((parseQuantity(memory) ?? 0n) / 1_000_000_000n);
}

function deployedContainer(program: 'operator' | 'webhook'): Container {
  const path = new URL('../../manifests/install.yaml', import.meta.url);
  for (const document of readDocuments(readFileSync(path, 'utf8'), { file: 'manifests/install.yaml' })) {
    if ('error' in document) continue;
    const { kind, metadata, spec } = document.object as unknown as Deployment;
    if (kind === 'Deployment' && metadata.name === `cloister-${program}`)
      return spec.template.spec.containers[0];
  }
  throw new Error(`manifests/install.yaml has no Deployment cloister-${program}`);
}
