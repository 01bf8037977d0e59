import { describe, expect, test } from 'vitest';
import { createFieldMap, findDifferences } from '../../../src/policy/harden/find-differences.ts';

const containers = [{ name: 'a', image: 'x' }, { name: 'b' }];

describe('findDifferences', () => {
  test.for<readonly [string, object, object, readonly object[]]>([
    ['nothing', { a: [{ name: 'x' }] }, { a: [{ name: 'x' }] }, []],
    [
      'a field that was set',
      { a: {} },
      { a: { b: { c: 1 } } },
      [{ field: 'a.b.c', before: undefined, after: 1 }],
    ],
    ['an empty object that was set', {}, { a: {} }, [{ field: 'a', before: undefined, after: {} }]],
    ['a field that was removed', { a: { b: 1 } }, {}, [{ field: 'a', before: { b: 1 }, after: undefined }]],
    [
      'a name with a dot',
      { a: {} },
      { a: { 'b.c/d': 1 } },
      [{ field: 'a[b.c/d]', before: undefined, after: 1 }],
    ],
    [
      'an item added first, and a change behind it',
      { containers },
      { containers: [{ name: 'gate' }, { name: 'a', image: 'y' }, { name: 'b' }] },
      [
        { field: 'containers[name="gate"]', before: undefined, after: { name: 'gate' } },
        { field: 'containers[0].image', before: 'x', after: 'y' },
      ],
    ],
    [
      'an item removed',
      { containers },
      { containers: containers.slice(1) },
      [{ field: 'containers[0]', before: containers[0], after: undefined }],
    ],
    [
      'another order',
      { containers },
      { containers: containers.toReversed() },
      [{ field: 'containers', before: ['name="a"', 'name="b"'], after: ['name="b"', 'name="a"'] }],
    ],
    [
      'a text in a list',
      { a: ['x'] },
      { a: ['x', 'y'] },
      [{ field: 'a["y"]', before: undefined, after: 'y' }],
    ],
  ])('%s', ([, before, after, expected]) => {
    expect(findDifferences(before, after)).toEqual(expected);
  });

  test('a list of a hundred thousand items does not take their square', { timeout: 5_000 }, () => {
    const list = Array.from({ length: 100_000 }, (_, index) => ({ name: `v${index}`, value: 'a' }));
    const changed = list.toReversed().map((item) => ({ ...item, value: 'b' }));
    expect(findDifferences({ list }, { list: changed })).toHaveLength(100_001);
  });
});

describe('createFieldMap', () => {
  const map = createFieldMap({ containers }, { containers: [{ name: 'gate' }, ...containers] });

  test.for([
    ['containers[1].image', 'containers[0].image'],
    ['containers[0].image', 'containers[name="gate"].image'],
    ['containers[*].image', 'containers[*].image'],
    ['other[3].image', 'other[3].image'],
  ])('%s was %s', ([after, before]) => {
    expect(map(after ?? '')).toBe(before);
  });
});
