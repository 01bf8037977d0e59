import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cacheFolder, cacheKey } from './program-cache.ts';

const input = {
  goMod: 'module example',
  goSum: 'h1:abc',
  package: 'example.com/cmd/server',
  flags: ['-trimpath'],
  platform: 'linux/amd64',
};

describe('the key of a build', () => {
  test('is the same for the same inputs', () => {
    expect(cacheKey({ ...input })).toBe(cacheKey(input));
  });

  test.for([
    ['go.mod', { goMod: 'module other' }],
    ['go.sum', { goSum: 'h1:def' }],
    ['the package', { package: 'example.com/cmd/client' }],
    ['the flags', { flags: ['-trimpath', '-race'] }],
    ['the platform', { platform: 'darwin/arm64' }],
    ['the border between two inputs', { goMod: 'module exampleh1:abc', goSum: '' }],
  ] as const)('changes with %s', ([, change]) => {
    expect(cacheKey({ ...input, ...change })).not.toBe(cacheKey(input));
  });
});

test.for([
  ['its own variable', { CLOISTER_TESTBED_CACHE: '/c', XDG_CACHE_HOME: '/x' }, '/c'],
  ['the cache folder of the desktop', { XDG_CACHE_HOME: '/x' }, '/x/cloister/testbed'],
  ['the home folder', {}, join(homedir(), '.cache', 'cloister', 'testbed')],
  [
    'empty variables as absent',
    { CLOISTER_TESTBED_CACHE: '', XDG_CACHE_HOME: '' },
    join(homedir(), '.cache/cloister/testbed'),
  ],
] as const)('the cache is placed by %s', ([, environment, folder]) => {
  expect(cacheFolder(environment)).toBe(folder);
});
