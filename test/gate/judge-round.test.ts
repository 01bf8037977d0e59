import { describe, expect, test } from 'vitest';
import { type Attempt, attemptOfError, CLOSED, OPEN } from '../../src/gate/attempt.ts';
import { judgeRound, mergeTargets, triedAll } from '../../src/gate/judge-round.ts';
import type { GateTarget } from '../../src/lib/gate-protocol.ts';

const target = (port: number): GateTarget => ({
  name: `t${port}`,
  address: '10.0.0.1',
  port,
  protocol: 'TCP',
});
const FAULT: Attempt = { state: 'Fault', code: 'EMFILE' };
const tried = (...attempts: readonly Attempt[]) =>
  attempts.map((attempt, index) => ({ target: target(index + 1), attempt }));

describe('a round', () => {
  test('passes if everything was closed and the canary was reached', () => {
    expect(judgeRound({ tried: tried(CLOSED, CLOSED), canary: true })).toEqual({
      passed: true,
      closed: 2,
      open: [],
      faults: [],
      canary: true,
    });
  });

  test.for([
    ['one target was open', tried(CLOSED, OPEN), true],
    ['one target could not be tried', tried(CLOSED, FAULT), true],
    ['the canary was not reached', tried(CLOSED, CLOSED), false],
    ['nothing was tried', tried(), true],
  ] as const)('does not pass if %s', ([, attempts, canary]) => {
    expect(judgeRound({ tried: attempts, canary }).passed).toBe(false);
  });

  test('names what was open and what failed', () => {
    const verdict = judgeRound({ tried: tried(CLOSED, OPEN, FAULT), canary: true });
    expect(verdict.closed).toBe(1);
    expect(verdict.open).toEqual([target(2)]);
    expect(verdict.faults).toEqual([{ target: target(3), attempt: FAULT }]);
  });

  test('has tried all targets, or not', () => {
    const round = { tried: tried(CLOSED, CLOSED), canary: true };
    expect(triedAll(round, [target(2), target(1)])).toBe(true);
    expect(triedAll(round, [target(3)])).toBe(false);
  });
});

test('targets of several lists are tried once', () => {
  const udp: GateTarget = { ...target(1), protocol: 'UDP' };
  expect(mergeTargets([target(1), target(2)], [target(2), udp])).toEqual([target(1), target(2), udp]);
});

describe('an error', () => {
  const attempt = (code: string, address = '10.0.0.1'): string =>
    attemptOfError(Object.assign(new Error(code), { code }), address).state;

  test.for(['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EPERM'])(
    '%s is closed',
    (code) => expect(attempt(code)).toBe('Closed'),
  );

  test.for(['ECONNRESET', 'EPIPE'])('%s is open: there was a connection', (code) =>
    expect(attempt(code)).toBe('Open'),
  );

  test.for(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EINVAL', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EUNKNOWN'])(
    '%s is a fault of the gate',
    (code) => expect(attempt(code)).toBe('Fault'),
  );

  test.for(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])('%s is closed where the pod has no IPv6', (code) => {
    expect(attempt(code, 'fd00:ec2::254')).toBe('Closed');
    expect(attempt(code, 'fe80::1%eth0')).toBe('Closed');
  });
});
