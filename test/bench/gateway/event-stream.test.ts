import { expect, test } from 'vitest';
import { EVENT_BYTES, eventAt, isEventsAt } from './event-stream.ts';

const stream = Buffer.concat([0, 1, 2, 3, 4].map(eventAt));

test('all events have the same length, and no two are the same', () => {
  const events = [0, 1, 8, 9, 99_999_999].map(eventAt);
  expect(events.map(({ length }) => length)).toEqual(events.map(() => EVENT_BYTES));
  expect(new Set(events.map(String)).size).toBe(events.length);
});

test.each([1, 7, EVENT_BYTES - 1, EVENT_BYTES, EVENT_BYTES + 1, stream.length])(
  'a stream in pieces of %i bytes is right',
  (size) => {
    for (let position = 0; position < stream.length; position += size) {
      expect(isEventsAt(position, stream.subarray(position, position + size))).toBe(true);
    }
  },
);

test.each<[string, number, Buffer]>([
  ['with a byte changed', 0, Buffer.from(stream).fill('~', 500, 501)],
  ['with an event missing', 0, Buffer.concat([eventAt(0), eventAt(2)])],
  ['with a byte missing', 0, stream.subarray(1)],
  ['with an event twice', EVENT_BYTES, eventAt(0)],
])('a stream %s is wrong', (_name, position, bytes) => {
  expect(isEventsAt(position, bytes)).toBe(false);
});
