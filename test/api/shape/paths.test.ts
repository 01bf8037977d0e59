import { posix } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filePath, jsonPointer, requestPath, secretPath } from '../../../src/api/shape/paths.ts';

const accepts = (schema: { safeParse: (value: unknown) => { success: boolean } }, value: string): boolean =>
  schema.safeParse(value).success;

const pieces = fc.array(fc.constantFrom('/', '.', '..', '...', 'a', '.a', '..a', 'é', '*', '\n', ' ', '~'), {
  maxLength: 8,
});

test('a file path is accepted exactly when normalising it changes nothing', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const path = `/${parts.join('')}`;
      const isCanonical = posix.normalize(path) === path && (path === '/' || !path.endsWith('/'));
      expect(accepts(filePath(), path)).toBe(isCanonical && !/[*\n]/.test(path));
    }),
  );
});

test('a path that is accepted is what a URL parser makes of it', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const path = `/${parts.join('')}`;
      if (!accepts(requestPath(), path) || path.endsWith('/*')) return;
      expect(decodeURI(new URL(path, 'https://a.example').pathname)).toBe(path);
    }),
  );
});

describe.for([
  {
    schema: requestPath(),
    name: 'a request path',
    good: ['/', '/v1', '/v1/*', '/*', '/a:b'],
    bad: ['', 'v1', '//', '//*', '/v1*', '/*/a', '/a?b', '/a#b', '/a;b', '/a%2Fb', '/a\\b', '/a/'],
  },
  {
    schema: filePath(),
    name: 'a file path',
    good: ['/', '/data', '/.cache', '/a..b', '/..a'],
    bad: ['', 'data', '/.', '/..', '/data/', '/a//b', '/a/./b', '/a?', '/a\u0000'],
  },
  {
    schema: secretPath(),
    name: 'a path of a secret store',
    good: ['secret', 'a/b'],
    bad: ['', '/a', 'a/', 'a/../b', '..', 'a/*'],
  },
  {
    schema: jsonPointer(),
    name: 'a JSON Pointer',
    good: ['/a', '/a/0', '/a~1b', '/a~0b'],
    bad: ['', 'a', '/', '/a~2', '/a/'],
  },
])('$name', ({ schema, good, bad }) => {
  test.for(good)('may be %j', (path) => expect(accepts(schema, path)).toBe(true));
  test.for(bad)('cannot be %j', (path) => expect(accepts(schema, path)).toBe(false));
});
