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
    expect(judgeRound({ tried: tried(CLOSED, CLOSED), canary: true }, 'Refuse')).toEqual({
      passed: true,
      closed: 2,
      open: [],
      openNodePorts: [],
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
    expect(judgeRound({ tried: attempts, canary }, 'Refuse').passed).toBe(false);
    expect(judgeRound({ tried: attempts, canary }, 'Report').passed).toBe(false);
  });

  test('names what was open and what failed', () => {
    const verdict = judgeRound({ tried: tried(CLOSED, OPEN, FAULT), canary: true }, 'Refuse');
    expect(verdict.closed).toBe(1);
    expect(verdict.open).toEqual([target(2)]);
    expect(verdict.faults).toEqual([{ target: target(3), attempt: FAULT }]);
  });

  describe('with an open port of the own node', () => {
    const nodePort: GateTarget = { ...target(9), onOwnNode: true };
    const round = { tried: [...tried(CLOSED), { target: nodePort, attempt: OPEN }], canary: true };

    test('does not pass where such ports are refused', () => {
      expect(judgeRound(round, 'Refuse')).toMatchObject({
        passed: false,
        open: [nodePort],
        openNodePorts: [],
      });
    });

    test('passes and says so where they are reported', () => {
      expect(judgeRound(round, 'Report')).toMatchObject({
        passed: true,
        open: [],
        openNodePorts: [nodePort],
      });
    });

    test.for([
      ['another target is open as well', [{ target: target(8), attempt: OPEN }], true],
      ['another such port could not be tried', [{ target: { ...nodePort, port: 10 }, attempt: FAULT }], true],
      ['the canary was not reached', [], false],
    ] as const)('does not pass if %s', ([, others, canary]) => {
      expect(judgeRound({ tried: [...round.tried, ...others], canary }, 'Report').passed).toBe(false);
    });

    test('does not pass if nothing was closed', () => {
      expect(judgeRound({ ...round, tried: round.tried.slice(1) }, 'Report').passed).toBe(false);
    });
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

test('a target is on the own node only if every list has it so', () => {
  const marked: GateTarget = { ...target(1), onOwnNode: true };
  expect(mergeTargets([marked], [target(1)])).toEqual([target(1)]);
  expect(mergeTargets([target(1)], [marked])).toEqual([target(1)]);
  expect(mergeTargets([marked], [marked])).toEqual([marked]);
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
