import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kinds } from '../../src/api/kinds.ts';
import { customResourceDefinition } from '../../src/api/structural/custom-resource-definition.ts';
import { changedObject } from '../build/changed-object.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { badObjects } from './bad-objects/index.ts';
import { createObjectWriter } from './write-object.ts';

const controlPlane = useControlPlane();
let namespace = '';
let writer: ReturnType<typeof createObjectWriter>;

beforeAll(async () => {
  await controlPlane.apply(kinds.map(customResourceDefinition));
  namespace = await controlPlane.createNamespace('bad-objects');
  writer = createObjectWriter(controlPlane);
});

afterAll(async () => writer.close());

type Written = Readonly<Record<string, unknown>>;

const nameOf = (object: Written): unknown => (object['metadata'] as Written)['name'];

/** The object under a name and in a namespace of this file's own, for other files use the same server. */
const own = (object: Written, name: string): Written => {
  const { kind } = object;
  const scope = kinds.find((definition) => definition.kind === kind)?.scope;
  return changedObject(object, {
    ...(scope === 'Namespaced' ? { '/metadata/namespace': namespace } : {}),
    ...(nameOf(object) === 'minimal' ? { '/metadata/name': name } : {}),
  });
};

const rows = badObjects.map((row, index) => ({ ...row, index }));

describe('the API server refuses by the schema alone', () => {
  test.for(rows.filter(({ by }) => by === 'Schema'))(
    '$name',
    async ({ object, before, field, message, index }) => {
      const name = `bad-object-${index}`;
      if (before !== undefined) await controlPlane.apply([own(before, name)]);
      const verb = before === undefined ? 'create' : 'replace';
      const { status, message: said } = await writer[verb](own(object, name));
      expect(said).toMatch(message);
      expect(
        [`${field}:`, `"${field}"`].some((named) => said.includes(named)),
        said,
      ).toBe(true);
      expect([400, 422]).toContain(status);
    },
  );
});

describe('the schema accepts what is left to the webhook', () => {
  test.for(rows.filter(({ by }) => by === 'Webhook'))('$name', async ({ object, index }) => {
    const written = await writer.create(own(object, `bad-object-${index}`));
    expect(written).toEqual({ status: 201, message: '' });
  });
});
