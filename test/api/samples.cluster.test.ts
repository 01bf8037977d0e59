import { beforeAll, describe, expect, test } from 'vitest';
import { kinds } from '../../src/api/kinds.ts';
import { customResourceDefinition } from '../../src/api/structural/custom-resource-definition.ts';
import { changedObject } from '../build/changed-object.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { goodObjects, samples } from './good-objects.ts';

interface Sample {
  kind: string;
  metadata: { name: string; namespace?: string };
}

const controlPlane = useControlPlane();
let namespace = '';

beforeAll(async () => {
  await controlPlane.apply(kinds.map(customResourceDefinition));
  namespace = await controlPlane.createNamespace('samples');
});

const inOwnNamespace = (object: object): object =>
  changedObject(
    object,
    'namespace' in (object as Sample).metadata ? { '/metadata/namespace': namespace } : {},
  );

const applyStrictly = async (object: object, ...flags: string[]) =>
  controlPlane.kubectl(['apply', '--server-side', '--validate=strict', ...flags, '-f', '-'], {
    input: JSON.stringify(inOwnNamespace(object)),
  });

describe('the API server accepts', () => {
  test.for(goodObjects)('$name', async ({ object }) => {
    expect(await applyStrictly(object, '--dry-run=server')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('what the API server stores', () => {
  test.for(samples)(
    'is what the schema makes of $name, and a second apply writes nothing',
    { retry: 0 },
    async ({ object: written }) => {
      const object = written as unknown as Sample;
      const definition = kinds.find(({ kind }) => kind === object.kind);
      const name = `stored-${object.metadata.name}`;
      const sample = changedObject(object, { '/metadata/name': name });
      expect(await applyStrictly(sample)).toMatchObject({ code: 0, stderr: '' });
      const read = async () => {
        const { stdout } = await controlPlane.kubectl([
          'get',
          object.kind,
          name,
          '-n',
          namespace,
          '-o',
          'json',
        ]);
        return JSON.parse(stdout) as { spec: unknown; metadata: { resourceVersion: string } };
      };
      const stored = await read();
      const parsed = definition?.schema.parse(inOwnNamespace(sample)) as { spec: unknown };
      expect(stored.spec).toEqual(JSON.parse(JSON.stringify(parsed.spec)));
      await applyStrictly(sample);
      expect((await read()).metadata.resourceVersion).toBe(stored.metadata.resourceVersion);
    },
  );
});
