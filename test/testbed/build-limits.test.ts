import { expect, test } from 'vitest';
import { buildParallelism, diskShortage } from './build-limits.ts';

const gibibyte = 1024 ** 3;

test.for([
  ['one compiler a core where memory is plenty', 8, 64, 8],
  ['fewer where memory is short', 8, 4, 2],
  ['never none', 2, 0.5, 1],
] as const)('%s', ([, cores, memory, parallelism]) => {
  expect(buildParallelism({ cores, availableMemory: memory * gibibyte })).toBe(parallelism);
});

test('enough disk is no shortage', () => {
  expect(diskShortage(['kubernetes', 'etcd'], 20 * gibibyte, '/cache')).toBeUndefined();
});

test('programs of one module need its space once', () => {
  expect(diskShortage(['kubernetes', 'kubernetes', 'kubernetes'], 5 * gibibyte, '/cache')).toBeUndefined();
});

test('a shortage names the folder, both sizes and what to do', () => {
  expect(diskShortage(['kubernetes', 'helm'], 2 * gibibyte, '/cache')).toBe(
    'building the testbed needs 6.5 GB of disk and /cache has 2.0 GB free: ' +
      'make room, or point CLOISTER_TESTBED_CACHE and GOMODCACHE to a larger disk',
  );
});
