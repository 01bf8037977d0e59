import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalMountPath, isAtOrUnder } from '../../../src/policy/roles/mount-path.ts';

const path = fc
  .array(fc.stringMatching(/^[a-z.]{1,4}$/), { minLength: 1, maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`);
const text = fc
  .array(fc.constantFrom('/', '/', '.', '.', 'a', 'ü', '\u{1F600}', '\u0085', '\n'), { maxLength: 8 })
  .map((characters) => characters.join(''));

describe('canonicalMountPath', () => {
  test.for([
    ['/data', '/data'],
    ['/data/', '/data'],
    ['/data/..a/.b/c..', '/data/..a/.b/c..'],
    ['/', null],
    ['', null],
    ['data', null],
    ['//', null],
    ['/data//x', null],
    ['/data//', null],
    ['/data/..', null],
    ['/../data', null],
    ['/./data', null],
    ['/data/.', null],
    ['/data/./', null],
    ['/data\n', null],
    ['/da\u0000ta', null],
  ] as const)('%j is %j', ([written, canonical]) => {
    expect(canonicalMountPath(written)).toBe(canonical);
  });

  test('agrees with reading the segments one by one', () => {
    fc.assert(
      fc.property(fc.oneof(path, text), (written) => {
        const open = written.replace(/\/$/, '');
        const [root, ...segments] = open.split('/');
        const isCanonical =
          root === '' &&
          segments.length > 0 &&
          segments.every((segment) => !['', '.', '..'].includes(segment) && !/\p{Cc}/u.test(segment));
        expect(canonicalMountPath(written)).toBe(isCanonical ? open : null);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('isAtOrUnder', () => {
  test('agrees with comparing segments', () => {
    const short = fc.array(fc.constantFrom('a', 'aa', 'b'), { maxLength: 3 });
    fc.assert(
      fc.property(short, short, (left, right) => {
        const under = right.every((segment, index) => left[index] === segment);
        expect(isAtOrUnder(`/${left.join('/')}`, `/${right.join('/')}`)).toBe(under);
      }),
    );
  });
});
