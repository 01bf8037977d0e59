import type { Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { listenOn } from '../../src/serve/listen.ts';
import { createProbeServer, type ReadinessCheck } from '../../src/serve/probes.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function ask(
  path: string,
  checks: ReadinessCheck[],
  isDraining = false,
  monotonicNow = () => performance.now(),
) {
  server = createProbeServer({ checks, isDraining: () => isDraining, monotonicNow });
  const port = await listenOn(server, 0, '127.0.0.1');
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, text: await answer.text() };
}

const good: ReadinessCheck = { name: 'good', problem: () => null };

describe('/readyz', () => {
  test('is 200 when everything holds, with a line for each', async () => {
    const checks = [{ name: 'caches', problem: () => Promise.resolve(null) }, good];
    expect(await ask('/readyz?verbose', checks)).toEqual({ status: 200, text: 'caches: ok\ngood: ok\n' });
  });

  test('is 503 where a condition does not hold, with the reason', async () => {
    const missing: ReadinessCheck = { name: 'caches', problem: () => 'not synced: agentroles' };
    expect(await ask('/readyz', [missing, good])).toEqual({
      status: 503,
      text: 'caches: not synced: agentroles\ngood: ok\n',
    });
  });

  test('is 503 where a check throws, and says why', async () => {
    const broken: ReadinessCheck = { name: 'tls', problem: () => Promise.reject(new Error('no handshake')) };
    expect(await ask('/readyz', [good, broken])).toEqual({
      status: 503,
      text: 'good: ok\ntls: no handshake\n',
    });
  });

  test('is 503 while draining, whatever else holds', async () => {
    expect(await ask('/readyz', [good], true)).toMatchObject({ status: 503 });
  });
});

describe('/livez', () => {
  test.for([
    [2_000, 200],
    [2_001, 503],
  ] as const)('after a lag of %d ms of the event loop is %d', async ([lag, status]) => {
    let asked = 0;
    const monotonicNow = () => (asked++ === 0 ? 0 : lag);
    expect(await ask('/livez', [good], false, monotonicNow)).toEqual({
      status,
      text: `event loop: lag of ${lag} ms\n`,
    });
  });

  test('measures when the event loop comes round again', async () => {
    let now: number | undefined;
    const monotonicNow = () => {
      // What else is due in this turn takes five seconds.
      if (now === undefined) setImmediate(() => (now = 5_000));
      return (now ??= 0);
    };
    expect(await ask('/livez', [good], false, monotonicNow)).toMatchObject({ status: 503 });
  });
});

describe('/readyz of many probes', () => {
  test('runs the checks once a second', async () => {
    let [now, runs] = [0, 0];
    const check: ReadinessCheck = { name: 'tls', problem: () => (runs++ === 0 ? null : 'gone') };
    server = createProbeServer({ checks: [check], isDraining: () => false, monotonicNow: () => now });
    const port = await listenOn(server, 0, '127.0.0.1');
    const status = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
    expect(await status()).toBe(200);
    now = 999;
    expect([await status(), runs]).toEqual([200, 1]);
    now = 1_000;
    expect([await status(), runs]).toEqual([503, 2]);
  });

  test('is 503 from the moment that the program drains, whatever was found before', async () => {
    let isDraining = false;
    const monotonicNow = () => performance.now();
    server = createProbeServer({ checks: [good], isDraining: () => isDraining, monotonicNow });
    const port = await listenOn(server, 0, '127.0.0.1');
    const status = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
    expect(await status()).toBe(200);
    isDraining = true;
    expect(await status()).toBe(503);
  });
});

test('/livez is 200 also while not ready or draining', async () => {
  const broken: ReadinessCheck = { name: 'caches', problem: () => 'not synced' };
  expect(await ask('/livez', [broken], true)).toMatchObject({ status: 200 });
});

test('other paths are 404', async () => {
  expect(await ask('/', [])).toMatchObject({ status: 404 });
});
