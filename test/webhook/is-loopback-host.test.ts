import { expect, test } from 'vitest';
import { isLoopbackHost } from '../../src/webhook/is-loopback-host.ts';

test.for([
  ['localhost', true],
  ['LOCALHOST', true],
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:10.0.0.1', false],
  ['localhost.example.com', false],
  ['127.0.0.1.example.com', false],
  ['127.example.com', false],
  ['10.0.0.1', false],
  ['::2', false],
] as const)('%s is this host itself: %s', ([host, isLoopback]) => {
  expect(isLoopbackHost(host)).toBe(isLoopback);
});
