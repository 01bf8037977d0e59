import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { createRefusalLog } from '../../src/webhook/refusal-log.ts';
import { buildAdmissionReview } from '../build/admission-review.ts';

const { request } = buildAdmissionReview();

function build() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const log = createLog({ program: 'webhook', level: 'info', destination });
  let now = Date.UTC(2026, 10, 26, 12);
  return { lines, refusals: createRefusalLog(log, () => now++) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a refusal is written a moment later, with names and the time when it was decided', () => {
  const { lines, refusals } = build();
  refusals.add('Decide', request, ['privileged']);
  expect(lines).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    msg: 'review denied',
    decided: '2026-11-26T12:00:00.000Z',
    phase: 'Decide',
    uid: request.uid,
    operation: 'CREATE',
    resource: 'pods',
    namespace: 'acme-agents',
    name: 'analyst',
    user: 'developer',
    checks: ['privileged'],
  });
  expect(lines[0]).not.toHaveProperty('object');
});

test('many at once do not wait, and each is written once, in order', () => {
  const { lines, refusals } = build();
  for (let count = 0; count < 70; count++) refusals.add('Decide', { ...request, uid: `u${count}` }, []);
  expect(lines).toHaveLength(64);
  vi.advanceTimersByTime(1_000);
  expect(lines.map(({ uid }) => uid)).toEqual(Array.from({ length: 70 }, (_, count) => `u${count}`));
});

test('what is not yet written is written when the webhook ends, and no timer keeps it running', () => {
  const { lines, refusals } = build();
  refusals.add('Explain', request, ['host-path']);
  refusals.flush();
  expect(lines).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
