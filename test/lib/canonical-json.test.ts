import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/lib/canonical-json.ts';

test.for<readonly [string, unknown, string]>([
  [
    'sorts members at every depth',
    { b: { d: 1, c: [{ f: 2, e: 3 }] }, a: null },
    '{"a":null,"b":{"c":[{"e":3,"f":2}],"d":1}}',
  ],
  ['leaves out members that are undefined', { b: undefined, a: 1 }, '{"a":1}'],
  ['keeps the order of items', [3, 1, 2], '[3,1,2]'],
  ['sorts names that are numbers as text', { b: 1, 9: 2, 10: 3 }, '{"10":3,"9":2,"b":1}'],
  ['writes what is empty', { a: {}, b: [] }, '{"a":{},"b":[]}'],
  ['sorts by code units', { é: 1, z: 2, Z: 3 }, '{"Z":3,"z":2,"é":1}'],
])('canonical JSON %s', ([, value, text]) => {
  expect(canonicalJson(value)).toBe(text);
});
