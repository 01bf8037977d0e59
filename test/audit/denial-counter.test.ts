import { expect, test } from 'vitest';
import { buildRecord } from '../../src/audit/build-record.ts';
import { createDenialCounter } from '../../src/audit/denial-counter.ts';
import { auditInput, DENIED } from './audit-input.ts';

const denial = (time: number) =>
  buildRecord(auditInput(`${time}`, DENIED), { tenant: 'acme', service: 'gateway', phase: 'Event', time });

test('denials that go on are held for 60 s from the first one, and not from the last', () => {
  const counter = createDenialCounter();
  expect(counter.note(denial(0), true)).toBe(true);
  for (let time = 1_000; time < 60_000; time += 1_000) {
    expect(counter.note(denial(time), true)).toBe(false);
    expect(counter.takeDue(time)).toEqual([]);
  }
  expect(counter.takeDue(60_000)).toMatchObject([{ count: 59, start_time: 0, end_time: 59_000 }]);
  expect(counter.note(denial(60_000), true)).toBe(true);
});
