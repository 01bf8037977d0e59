import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { elapsed, showBuildProgress } from './build-progress.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function build(isTTY: boolean): string[] {
  const written: string[] = [];
  const output = { isTTY, write: (text: string) => written.push(text) };
  const progress = showBuildProgress(output, 2, () => performance.now());
  progress.begin('etcd');
  vi.advanceTimersByTime(5_000);
  progress.end();
  progress.begin('kube-apiserver');
  progress.packageBuilt();
  progress.packageBuilt();
  vi.advanceTimersByTime(66_000);
  progress.end();
  progress.close();
  vi.advanceTimersByTime(60_000);
  return written;
}

test('without a terminal there is a line for each program and a sign of life every 30 s', () => {
  expect(build(false)).toEqual([
    '[1/2] building etcd from source, once\n',
    '[1/2] built etcd in 5 s\n',
    '[2/2] building kube-apiserver from source, once\n',
    '[2/2] building kube-apiserver: 2 packages, 25 s (30 s in all)\n',
    '[2/2] building kube-apiserver: 2 packages, 55 s (1 min 0 s in all)\n',
    '[2/2] built kube-apiserver in 1 min 6 s\n',
  ]);
});

test('a terminal gets one line a program, rewritten every 2 s', () => {
  const text = build(true).join('');
  expect(text.match(/\n/g)).toHaveLength(2);
  expect(text.split('\r').length).toBeGreaterThan(30);
});

test.for([
  [0, '0 s'],
  [59_999, '59 s'],
  [125_000, '2 min 5 s'],
] as const)('%i ms is written %s', ([milliseconds, text]) => {
  expect(elapsed(milliseconds)).toBe(text);
});
