import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';
import { useControlPlane } from '../../testbed/use-control-plane.ts';
import { kubectlCases, kubectlFiles } from './kubectl-cases.ts';

const controlPlane = useControlPlane();
let folder = '';

const carrier = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'carriers.yaml.example.com' },
  spec: {
    group: 'yaml.example.com',
    scope: 'Namespaced',
    names: { plural: 'carriers', singular: 'carrier', kind: 'Carrier', listKind: 'CarrierList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

// What kubectl sends for each fragment by the name of its object; a fragment that it refuses is missing.
const fragments = new Map<string, unknown>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloister-yaml-'));
  await controlPlane.apply([carrier]);
  const all = join(folder, 'fragments');
  await mkdir(all);
  for (const [index, { yaml }] of kubectlCases.entries()) {
    await writeFile(join(all, `${index}.yaml`), fileOf(yaml, index));
  }
  // One call for all: kubectl goes on behind a file that it cannot read.
  const { stdout } = await controlPlane.kubectl(['create', ...options, '-f', all]);
  for (const object of objectsOf(stdout)) fragments.set(nameOf(object), object);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const options = ['--dry-run=client', '--validate=false', '-o', 'json'];

/** What kubectl would send, or undefined where it refuses the text. */
async function readByKubectl(text: string): Promise<unknown[] | undefined> {
  const file = join(folder, 'manifest.yaml');
  await writeFile(file, text);
  const { code, stdout } = await controlPlane.kubectl(['create', ...options, '-f', file]);
  if (code !== 0) return undefined;
  return objectsOf(stdout);
}

// Objects are printed one after the other, each with its closing brace alone on a line.
function objectsOf(output: string): unknown[] {
  return output.split(/^(?<=\}\n)(?=\{)/m).map((object): unknown => withoutNamespace(JSON.parse(object)));
}

function nameOf(object: unknown): string {
  return (object as { metadata: { name: string } }).metadata.name;
}

function readByCloister(text: string): unknown[] | undefined {
  const read = [...readDocuments(text, { file: 'manifest.yaml' })];
  if (read.length === 0 || read.some((document) => 'error' in document)) return undefined;
  return read.map((document) => ('object' in document ? withoutNamespace(document.object) : document));
}

// kubectl writes the namespace of the context into every object.
function withoutNamespace(object: unknown): unknown {
  const copy = structuredClone(object) as { metadata?: Record<string, unknown> };
  delete copy.metadata?.['namespace'];
  return copy;
}

function fileOf(fragment: string, index: number): string {
  const lines = fragment.replaceAll(/\n(?!\n|$)/g, '\n  ');
  return `apiVersion: yaml.example.com/v1\nkind: Carrier\nmetadata:\n  name: case-${index}\nspec:\n  ${lines}\n`;
}

const cases = kubectlCases.map((fragment, index) => ({ ...fragment, index }));

describe('a fragment is read as kubectl reads it', () => {
  test('kubectl reads most of them and refuses some', () => {
    expect(fragments.size).toBeGreaterThan(90);
    expect(fragments.size).toBeLessThan(cases.length);
  });

  test.for(cases.filter(({ stricter }) => stricter === undefined))('$name', ({ yaml, index }) => {
    const byKubectl = fragments.get(`case-${index}`);
    expect(readByCloister(fileOf(yaml, index))).toEqual(byKubectl === undefined ? undefined : [byKubectl]);
  });

  test.for(cases.filter(({ stricter }) => stricter !== undefined))(
    '$name is refused though kubectl reads it: $stricter',
    ({ yaml, index }) => {
      expect(fragments.has(`case-${index}`)).toBe(true);
      expect(readByCloister(fileOf(yaml, index))).toBeUndefined();
    },
  );
});

describe('a file is read as kubectl reads it', () => {
  test.for(kubectlFiles)('$name', async ({ yaml }) => {
    expect(readByCloister(yaml)).toEqual(await readByKubectl(yaml));
  });
});

test('a pod with YAML 1.1 values has the fields that kubectl sends', async () => {
  const text = [
    'apiVersion: v1',
    'kind: Pod',
    'metadata: {name: a, annotations: {a: "yes"}}',
    'spec:',
    '  hostNetwork: y',
    '  securityContext: &user {runAsUser: 010}',
    '  containers:',
    '  - name: main',
    '    image: example.com/main',
    '    securityContext: {<<: *user, privileged: on}',
  ].join('\n');
  const [byKubectl] = (await readByKubectl(text)) ?? [];
  expect(byKubectl).toMatchObject({
    spec: { hostNetwork: true, containers: [{ securityContext: { runAsUser: 8 } }] },
  });
  expect(byKubectl).toMatchObject((readByCloister(text) ?? [])[0] as object);
});
