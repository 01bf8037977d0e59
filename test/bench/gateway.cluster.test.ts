import { beforeAll, describe, expect, test } from 'vitest';
import type { Bench, Measurement } from './bar.ts';
import { GATEWAY_BARS } from './bars/gateway.ts';

const BENCH_MILLISECONDS = 600_000;

const measured = new Map<string, Measurement>();

// Every answer is checked while it runs, and a wrong one rejects.
beforeAll(async () => {
  const bench = quickBench();
  for (const bar of GATEWAY_BARS) measured.set(bar.name, await bar.measure(bench));
}, BENCH_MILLISECONDS);

function quickBench(): Bench {
  const results = new Map<string, Promise<unknown>>();
  function once<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
    const result = (results.get(name) as Promise<Result> | undefined) ?? run();
    results.set(name, result);
    return result;
  }
  return { isQuick: true, report: () => {}, once, atEnd: () => {} };
}

function valueOf(name: string): number {
  return measured.get(name)?.value ?? Number.NaN;
}

describe('the bench of the gateway', () => {
  test.each([
    'authorize',
    'authorize_sql_ratio',
    'authorize_http_cpu_ratio',
    'connect_cpu_ratio',
    'bulk_cpu_ratio',
    'upstream_cpu_ratio',
    'stream_cpu_ratio',
  ])('takes processor time for %s', (name) => {
    expect(valueOf(name)).toBeGreaterThan(0);
  });

  test.each(['heap_per_idle_tunnel', 'rss_per_idle_tunnel_ratio'])('finds a value of %s', (name) => {
    expect(Number.isFinite(valueOf(name))).toBe(true);
  });

  test('finds that a decision about a statement parses it', () => {
    expect(valueOf('authorize_sql_ratio')).toBeGreaterThan(0.9);
  });

  test('finds that tunnels wait for the disk together', () => {
    expect(valueOf('fsyncs_per_100_tunnels')).toBeGreaterThan(0);
    expect(valueOf('fsyncs_per_100_tunnels')).toBeLessThan(100);
  });

  test('finds no connection to the upstream after its streams were cancelled', () => {
    expect(valueOf('upstream_sockets_after_cancel')).toBe(0);
  });

  test('finds that the gateway holds no more for a slow reader than what Node reads at once', () => {
    expect(valueOf('slow_reader_held_bytes')).toBeGreaterThan(0);
    expect(valueOf('slow_reader_held_bytes')).toBeLessThan(128);
  });

  test.each([
    'authorize_http_cpu_ratio',
    'connect_cpu_ratio',
    'bulk_cpu_ratio',
    'fsyncs_per_100_tunnels',
    'upstream_cpu_ratio',
    'stream_cpu_ratio',
    'upstream_sockets_after_cancel',
    'slow_reader_held_bytes',
  ])('finds a record of every request of %s', (name) => {
    expect(measured.get(name)?.detail).toMatch(/\d+ requests, as many recorded, the chain verifies/);
  });
});
