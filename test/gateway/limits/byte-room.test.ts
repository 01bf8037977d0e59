import { expect, test } from 'vitest';
import { createResponseRoom } from '../../../src/gateway/limits/byte-room.ts';

const reasonOf = (refusal: { readonly reason: string } | null): string | null => refusal?.reason ?? null;

test('responses take their bytes once, and give them back once', () => {
  const room = createResponseRoom({ maxBytes: 100, maxBytesPerPod: 60 });
  const held = room.enter();
  for (const bytes of [10, 30, 20]) expect(held.hold('pod', bytes)).toBeNull();
  expect(room.held()).toBe(30);
  held.leave();
  held.leave();
  expect(room.held()).toBe(0);
});

test('one that took nothing gives nothing back', () => {
  const room = createResponseRoom({ maxBytes: 100, maxBytesPerPod: 60 });
  room.enter().leave();
  expect(room.held()).toBe(0);
});

test('each pod has a bound, and all have one', () => {
  const room = createResponseRoom({ maxBytes: 100, maxBytesPerPod: 60 });
  expect(room.enter().hold('a', 50)).toBeNull();
  expect(reasonOf(room.enter().hold('a', 11))).toBe('ResponseBytesReached');
  const other = room.enter();
  expect(other.hold('b', 40)).toBeNull();
  expect(reasonOf(other.hold('b', 60))).toBe('Overloaded');
  expect(reasonOf(room.enter().hold('c', 20))).toBe('Overloaded');
  expect(room.held()).toBe(90);
});

test('waiting helps only where others have to be read first', () => {
  const room = createResponseRoom({ maxBytes: 100, maxBytesPerPod: 60 });
  expect(room.enter().hold('a', 61)?.retrySeconds).toBeUndefined();
  room.enter().hold('a', 60);
  expect(room.enter().hold('a', 1)?.retrySeconds).toBe(1);
});
