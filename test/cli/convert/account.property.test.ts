import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedObject } from '../../build/changed-object.ts';
import { COMPOSE_FILE, CONFIGURATION_FILE, convertTo, leafPointers, readOne } from './chapter-files.ts';

type Written = Readonly<Record<string, unknown>>;
type Changes = Readonly<Record<string, unknown>>;

/** Values at places of a document, and at places beside them that have no meaning. */
function changesOf(document: Written): fc.Arbitrary<Changes> {
  const known = fc.constantFrom(...leafPointers(document));
  const parent = known.map((path) => path.slice(0, path.lastIndexOf('/')));
  const beside = fc
    .tuple(parent, fc.string())
    .map(([path, name]) => `${path}/x${name.replaceAll(/[~/]/g, '')}`);
  return fc.dictionary(fc.oneof(known, parent, beside), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 3 });
}

/** Null where one change is below another that leaves no place for it. */
function change(document: Written, changes: Changes): Written | null {
  try {
    return changedObject(document, changes);
  } catch {
    return null;
  }
}

const pointersOf = (account: readonly { readonly path: readonly (string | number)[] }[]) =>
  account.map(({ path }) => `/${path.join('/')}`).toSorted();

test('whatever the configuration holds, each of its values is in the account once', () => {
  const chapter = readOne(CONFIGURATION_FILE);
  fc.assert(
    fc.property(changesOf(chapter), (changes) => {
      const configuration = change(chapter, changes);
      if (configuration === null || !Object.hasOwn(configuration, 'security')) return;
      const { accounts, objects } = convertTo(configuration);
      expect(pointersOf(accounts.configuration)).toEqual([...leafPointers(configuration)].toSorted());
      const isUnderstood = accounts.configuration.every(({ outcome }) => outcome !== 'NotUnderstood');
      expect(objects.length > 0).toBe(isUnderstood);
    }),
    { numRuns: 100 },
  );
});

test('whatever the file for Docker Compose holds, each of its values is in the account once', () => {
  const container = readOne(COMPOSE_FILE);
  fc.assert(
    fc.property(changesOf(container), (changes) => {
      const compose = change(container, changes);
      if (compose === null || !Object.hasOwn(compose, 'services')) return;
      const { accounts } = convertTo(readOne(CONFIGURATION_FILE), { compose });
      expect(pointersOf(accounts.compose)).toEqual([...leafPointers(compose)].toSorted());
    }),
    { numRuns: 100 },
  );
});
