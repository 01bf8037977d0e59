import { describe, expect, test } from 'vitest';
import { decideLease, LEASE_TIMES, type LeaseView, writesUntil } from '../../src/controller/decide-lease.ts';
import { bereavedSpec, formatMicroTime, heldSpec, releasedSpec } from '../../src/controller/lease-object.ts';

const SEEN = 100_000;
const { leaseMilliseconds, renewMilliseconds } = LEASE_TIMES;

function view(tweaks: Partial<LeaseView>): LeaseView {
  return {
    identity: 'one',
    spec: undefined,
    seenAt: SEEN,
    renewedAt: null,
    retryAt: 0,
    isStopping: false,
    ...tweaks,
  };
}

const heldBy = (identity: string) => heldSpec(undefined, { identity, leaseMilliseconds, now: 5 });
const ours = { spec: heldBy('one'), renewedAt: SEEN - 10 };
const wait = (milliseconds: number) => ({ type: 'wait', milliseconds });

describe('what a candidate does', () => {
  test.each([
    ['waits before it has read the lease', {}, SEEN, wait(Number.POSITIVE_INFINITY)],
    ['creates a lease that is not there', { spec: null }, SEEN, { type: 'create' }],
    ['acquires a lease that nobody ever held', { spec: {} }, SEEN, { type: 'acquire' }],
    ['acquires a released lease', { spec: releasedSpec(heldBy('two'), 6) }, SEEN, { type: 'acquire' }],
    [
      'waits for as long as the lease of another lasts from when it saw it change',
      { spec: heldBy('two') },
      SEEN + 1_000,
      wait(14_000),
    ],
    ['waits to its last moment', { spec: heldBy('two') }, SEEN + 14_999, wait(1)],
    ['acquires it then', { spec: heldBy('two') }, SEEN + 15_000, { type: 'acquire' }],
    [
      'waits longer where the holder wrote a longer duration',
      { spec: { ...heldBy('two'), leaseDurationSeconds: 60 } },
      SEEN + 15_000,
      wait(45_000),
    ],
    [
      'does not believe in a shorter one, which may be an edit',
      { spec: { ...heldBy('two'), leaseDurationSeconds: 1 } },
      SEEN + 2_000,
      wait(13_000),
    ],
    [
      'does not read the times of the holder, whose clock may be wrong',
      { spec: { ...heldBy('two'), renewTime: '1999-01-01T00:00:00.000000Z' } },
      SEEN,
      wait(15_000),
    ],
    [
      'treats a lease made after a deletion as held',
      { spec: bereavedSpec({ leaseMilliseconds, now: 5 }) },
      SEEN + 14_000,
      wait(1_000),
    ],
    ['renews its own after the interval', ours, SEEN - 10 + renewMilliseconds, { type: 'renew' }],
    ['waits for that', ours, SEEN, wait(renewMilliseconds - 10)],
    [
      'renews at once where it did not know that it was its own',
      { spec: heldBy('one') },
      SEEN,
      { type: 'renew' },
    ],
    ['waits after a request that failed', { ...ours, retryAt: SEEN + 5_000 }, SEEN + 4_000, wait(1_000)],
    ['releases its own when it stops', { ...ours, isStopping: true }, SEEN, { type: 'release' }],
    [
      'leaves that of another alone when it stops',
      { spec: heldBy('two'), isStopping: true },
      SEEN + 99_000,
      wait(0),
    ],
  ] as const)('%s', (_sentence, tweaks, now, action) => {
    expect(decideLease(view(tweaks), now)).toEqual(action);
  });
});

test('writes end 2 s before the lease could be taken, counted from when the renewal was sent', () => {
  expect(writesUntil(1_000)).toBe(1_000 + 15_000 - 2_000);
});

describe('the spec of a lease', () => {
  test('counts a transition from one holder to another, and none at a renewal', () => {
    const first = heldSpec({}, { identity: 'one', leaseMilliseconds, now: 1_000 });
    const renewed = heldSpec(first, { identity: 'one', leaseMilliseconds, now: 3_000 });
    const second = heldSpec(releasedSpec(renewed, 4_000), { identity: 'two', leaseMilliseconds, now: 5_000 });
    expect(first).toEqual({
      holderIdentity: 'one',
      leaseDurationSeconds: 15,
      acquireTime: '1970-01-01T00:00:01.000000Z',
      renewTime: '1970-01-01T00:00:01.000000Z',
      leaseTransitions: 0,
    });
    expect(renewed).toEqual({ ...first, renewTime: '1970-01-01T00:00:03.000000Z' });
    expect(second).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  test.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [1_500.25, '1970-01-01T00:00:01.500250Z'],
    [1_795_435_199_999.999, '2026-11-23T11:59:59.999999Z'],
  ])('has %d ms since 1970 as a time of six digits', (milliseconds, text) => {
    expect(formatMicroTime(milliseconds)).toBe(text);
  });
});
