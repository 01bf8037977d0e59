import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeadlines, type Deadline } from '../../src/webhook/deadlines.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LENGTH = 1_600;

function build() {
  const began = Date.now();
  const expired: string[] = [];
  const deadlines = createDeadlines(LENGTH, () => Date.now() - began);
  const add = (name: string): Deadline => deadlines.add(() => void expired.push(name));
  return { add, deadlines, expired };
}

test('what is not removed expires once, not before its time and at most a sixteenth after it', () => {
  const { add, deadlines, expired } = build();
  // The timer runs since then, so that it does not look just when the first is due.
  const earlier = add('earlier');
  vi.advanceTimersByTime(70);
  deadlines.remove(earlier);
  add('first');
  vi.advanceTimersByTime(LENGTH - 1);
  expect(expired).toEqual([]);
  vi.advanceTimersByTime(1 + LENGTH / 16);
  expect(expired).toEqual(['first']);
  vi.advanceTimersByTime(10 * LENGTH);
  expect(expired).toEqual(['first']);
});

test('each has its own time, in whatever order others come and go', () => {
  const { add, deadlines, expired } = build();
  add('first');
  const second = add('second');
  vi.advanceTimersByTime(LENGTH / 2);
  add('third');
  deadlines.remove(second);
  vi.advanceTimersByTime(LENGTH / 2 + LENGTH / 16);
  expect(expired).toEqual(['first']);
  vi.advanceTimersByTime(LENGTH / 2);
  expect(expired).toEqual(['first', 'third']);
});

test('one that is removed while another expires does not expire', () => {
  const { add, deadlines, expired } = build();
  deadlines.add(() => {
    expired.push('first');
    deadlines.remove(second);
  });
  const second = add('second');
  vi.advanceTimersByTime(2 * LENGTH);
  expect(expired).toEqual(['first']);
});

test('all that are due at once expire at once', () => {
  const { add, expired } = build();
  for (const name of ['first', 'second', 'third']) add(name);
  vi.advanceTimersByTime(LENGTH + LENGTH / 16);
  expect(expired.sort()).toEqual(['first', 'second', 'third']);
});

test('one that is due is not kept waiting by a later one that stands before it', () => {
  const { add, deadlines, expired } = build();
  const removed = add('removed');
  add('second');
  vi.advanceTimersByTime(LENGTH / 2);
  add('third');
  deadlines.remove(removed);
  vi.advanceTimersByTime(LENGTH / 2 + LENGTH / 16);
  expect(expired).toEqual(['second']);
});

test('one that is removed twice takes no other along', () => {
  const { add, deadlines, expired } = build();
  const first = add('first');
  add('second');
  deadlines.remove(first);
  add('third');
  deadlines.remove(first);
  vi.advanceTimersByTime(2 * LENGTH);
  deadlines.remove(first);
  expect(expired.sort()).toEqual(['second', 'third']);
});

test('what was removed is let go of, also after a full collection has made old what keeps the others', () => {
  const collect = exposeCollector();
  const deadlines = createDeadlines(LENGTH, () => 0);
  const pending: Deadline[] = [];
  const turn = (): void => {
    const body = Array<number>(1_000).fill(1);
    pending.push(deadlines.add(() => void body.length));
    if (pending.length > 16) deadlines.remove(pending.shift()!);
  };
  for (let turns = 0; turns < 1_000; turns += 1) turn();
  collect({ type: 'major' });
  const before = oldBytes();
  for (let turns = 0; turns < 20_000; turns += 1) {
    turn();
    if (turns % 500 === 0) collect({ type: 'minor' });
  }
  // Of the 160 MB that came and went.
  expect(oldBytes() - before).toBeLessThan(2_000_000);
});

function exposeCollector(): (options: { type: 'major' | 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as (options: { type: 'major' | 'minor' }) => void;
}

function oldBytes(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) =>
    /^(old|large_object)_space$/.test(space_name),
  );
  return spaces.reduce((bytes, { space_used_size }) => bytes + space_used_size, 0);
}

test('nothing runs while there is nothing to wait for', () => {
  const { add, deadlines } = build();
  expect(vi.getTimerCount()).toBe(0);
  deadlines.remove(add('first'));
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(LENGTH / 16);
  expect(vi.getTimerCount()).toBe(0);
});

test('a long deadline is late by a quarter of a second at most, and one that begins at the end of another adds no timer', () => {
  const began = Date.now();
  const expired: number[] = [];
  const deadlines = createDeadlines(30_000, () => Date.now() - began);
  const again = (): void => {
    expired.push(Date.now() - began);
    deadlines.add(again);
  };
  deadlines.add(again);
  vi.advanceTimersByTime(60_500);
  expect(expired).toHaveLength(2);
  expect(expired[0]).toBeLessThanOrEqual(30_250);
  expect(vi.getTimerCount()).toBe(1);
});
