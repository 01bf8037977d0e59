import { expect, test, vi } from 'vitest';
import { createHostAddressSource } from '../../../src/operator/tenant-isolation/host-addresses.ts';
import { createManualClock } from '../../build/manual-clock.ts';

function source() {
  const clock = createManualClock(0);
  const resolveHost = vi.fn<(host: string) => Promise<readonly string[]>>(async () => ['10.9.0.3']);
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const { resolve } = createHostAddressSource({ clock, logger, resolveHost });
  return { clock, resolveHost, ask: () => resolve('vault.corp.example') };
}

test('the host of Vault is resolved once a minute', async () => {
  const { clock, resolveHost, ask } = source();
  expect([await ask(), await ask()]).toEqual([['10.9.0.3'], ['10.9.0.3']]);
  expect(resolveHost).toHaveBeenCalledTimes(1);
  await clock.advance(60_000);
  resolveHost.mockResolvedValueOnce(['10.9.0.4']);
  expect(await ask()).toEqual(['10.9.0.4']);
});

test('where the DNS does not answer, what it said last is used', async () => {
  const { clock, resolveHost, ask } = source();
  await ask();
  await clock.advance(60_000);
  resolveHost.mockRejectedValueOnce(new Error('timed out'));
  expect(await ask()).toEqual(['10.9.0.3']);
});

test.for([
  ['does not answer', () => Promise.reject(new Error('timed out')), 'timed out'],
  ['has no address', () => Promise.resolve([]), '"vault.corp.example" has no address'],
] as const)('where the DNS %s and never did, that is said', async ([, answer, message]) => {
  const { resolveHost, ask } = source();
  resolveHost.mockImplementation(answer);
  await expect(ask()).rejects.toThrow(message);
});
