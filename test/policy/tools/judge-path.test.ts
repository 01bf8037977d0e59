import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findPathProblem, refusingList } from '../../../src/policy/tools/judge-path.ts';

describe('a path', () => {
  test.for([
    '/',
    '/data',
    '/data/.hidden',
    '/data/...a',
    '/data/a b',
    '/data/100%',
    '/data/é',
    '/data/[a]{b}',
    '/data/a.tar.gz',
  ])('%s is canonical', (path) => {
    expect(findPathProblem(path)).toBeNull();
  });

  test.for([
    ['of nothing', ''],
    ['that is relative', 'data/reports'],
    ['that starts with a dot', './data'],
    ['of a home', '~/data'],
    ['of the home of another', '/~root/data'],
    ['with ".."', '/data/reports/../../etc/passwd'],
    ['with ".." at the end', '/data/reports/..'],
    ['with "."', '/data/./reports'],
    ['with an empty segment', '/data//reports'],
    ['with two slashes first', '//data/reports'],
    ['with a closing slash', '/data/reports/'],
    ['with a NUL', '/data/reports\0.csv'],
    ['with a line feed', '/data/reports\n'],
    ['with a delete character', '/data/\u007Freports'],
    ['with a backslash', String.raw`/data/reports\..\..\etc`],
    ['of a share', String.raw`\\server\share`],
    ['of a drive', 'C:/data'],
    ['of a URL', 'file:///etc/passwd'],
    ['with an escaped dot', '/data/reports/%2e%2e/%2e%2e/etc'],
    ['with an escaped slash', '/data/reports/..%2F..%2Fetc'],
    ['with a doubly escaped dot', '/data/reports/%252e%252e/etc'],
    ['with an escape of four digits', '/data/reports/%u002e%u002e/etc'],
    ['with an overlong escape', '/data/reports/%c0%ae%c0%ae/etc'],
    ['with a wildcard', '/data/reports/*'],
    ['with a question mark', '/data/reports/?'],
    ['with a segment that ends in a dot', '/data/reports./a'],
    ['with a segment of three dots', '/data/.../a'],
    ['that ends in a space', '/data/reports '],
    ['with a segment that ends in a space', '/data/reports /a'],
    ['with full-width dots', '/data/reports/．．/etc'],
    ['with a full-width slash', '/data/reports／..／etc'],
    ['with a two-dot leader', '/data/reports/‥/etc'],
    ['that is not in NFC', '/data/e\u0301'],
    ['with half of a surrogate pair', '/data/\ud800'],
    ['of 4,097 characters', `/${'a'.repeat(4096)}`],
  ])('%s is refused', ([, path]) => {
    expect(findPathProblem(path!)).not.toBeNull();
  });

  const segment = fc.constantFrom('a', 'b', 'a-b', '.a', '..', '.', '', 'c d');
  const written = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`);

  test('that is canonical is what a file system makes of it', () => {
    fc.assert(
      fc.property(written, (path) => {
        fc.pre(findPathProblem(path) === null);
        expect(new URL(path, 'file:///').pathname.replaceAll('%20', ' ')).toBe(path);
      }),
    );
  });

  test('is allowed exactly where its segments begin with allowed ones and with no denied ones', () => {
    const root = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(root), fc.array(root), root, (allow, deny, path) => {
        const text = (segments: readonly string[]): string => `/${segments.join('/')}`;
        const begins = (segments: readonly string[]) => segments.every((one, index) => path[index] === one);
        const sets = { allow: allow.map(text), deny: deny.map(text) };
        const expected = deny.some(begins) ? 'deny' : allow.some(begins) ? null : 'allow';
        expect(refusingList(text(path), sets, false)).toBe(expected);
      }),
    );
  });
});
