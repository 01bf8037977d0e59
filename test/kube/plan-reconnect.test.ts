import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { KubeError, type KubeErrorDetails, type KubeErrorReason } from '../../src/kube/kube-error.ts';
import { planReconnect, type ReconnectPlan, type RoundOutcome } from '../../src/kube/plan-reconnect.ts';

const quiet: RoundOutcome = { failures: 0, listed: false, progressed: false, lived: 0, random: 0 };

function plan(details: KubeErrorDetails | undefined, changes: Partial<RoundOutcome>): ReconnectPlan {
  const error = details === undefined ? undefined : new KubeError('no', details);
  return planReconnect({ ...quiet, error, ...changes });
}

test.for<{
  what: string;
  details?: KubeErrorDetails;
  changes?: Partial<RoundOutcome>;
  expected: ReconnectPlan;
}>([
  {
    what: 'a watch that the server ended in time goes on at once',
    changes: { lived: 290_000, failures: 3 },
    expected: { failures: 0, delay: 0, relist: false },
  },
  {
    what: 'a server that ends every watch at once is not hammered',
    changes: { lived: 5, failures: 3 },
    expected: { failures: 4, delay: 6_400, relist: false },
  },
  {
    what: 'a reset waits, and resumes',
    details: { reason: 'Unavailable' },
    expected: { failures: 1, delay: 800, relist: false },
  },
  {
    what: 'progress starts the waits anew',
    details: { reason: 'Unavailable' },
    changes: { failures: 9, progressed: true },
    expected: { failures: 1, delay: 800, relist: false },
  },
  {
    what: 'a version gone after an outage is listed again at once',
    details: { reason: 'Gone' },
    changes: { failures: 9 },
    expected: { failures: 9, delay: 0, relist: true },
  },
  {
    what: 'a version gone although it was just listed waits',
    details: { reason: 'Gone' },
    changes: { listed: true },
    expected: { failures: 1, delay: 800, relist: true },
  },
  {
    what: 'a version from a future that never was is listed again',
    details: { reason: 'Timeout', status: 504 },
    expected: { failures: 1, delay: 800, relist: true },
  },
  {
    what: 'a request for time is honoured',
    details: { reason: 'TooManyRequests', retryAfterSeconds: 9 },
    expected: { failures: 1, delay: 9_000, relist: false },
  },
  {
    what: 'a request for too much time is capped',
    details: { reason: 'TooManyRequests', retryAfterSeconds: 9_999 },
    expected: { failures: 1, delay: 30_000, relist: false },
  },
])('$what', ({ details, changes = {}, expected }) => {
  expect(plan(details, changes)).toEqual(expected);
});

test('no sequence of short rounds makes more than one immediate attempt in a row', () => {
  const reasons: KubeErrorReason[] = [
    'Gone',
    'Unavailable',
    'InternalError',
    'Forbidden',
    'Timeout',
    'Unknown',
  ];
  const round = fc.record({ reason: fc.option(fc.constantFrom(...reasons)), progressed: fc.boolean() });
  fc.assert(
    fc.property(fc.array(round), (rounds) => {
      let last: ReconnectPlan = { failures: 0, delay: 1, relist: true };
      for (const { reason, progressed } of rounds) {
        const details = reason === null ? undefined : { reason };
        const next = plan(details, { failures: last.failures, listed: last.relist, progressed, lived: 3 });
        expect(next.delay > 0 || last.delay > 0).toBe(true);
        last = next;
      }
    }),
  );
});
