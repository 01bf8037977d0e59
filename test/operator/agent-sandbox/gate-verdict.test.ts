import { describe, expect, test } from 'vitest';
import { gateVerdict } from '../../../src/operator/agent-sandbox/gate-verdict.ts';
import { terminationMessage } from '../../../src/gate/report.ts';
import { gateEnded, podIn, world } from './sandbox-world.ts';

const verdict = (exitCode: number, message: object | string) =>
  gateVerdict(podIn(world(), gateEnded(exitCode, message)));
const REPORT = { format: 1, passed: true, closed: 4, open: [] as string[] };

describe('the verdict of a start gate', () => {
  test('is what the start gate writes', () => {
    const target = { name: 'kubelet', address: '10.0.0.1', port: 10250, protocol: 'TCP' } as const;
    const round = {
      passed: false,
      closed: 2,
      open: [target],
      faults: [],
      openNodePorts: [target],
      canary: true,
    };
    const failed = { passed: false, verdict: round, rounds: 9, milliseconds: 60_000, problem: 'open' };
    expect(verdict(1, terminationMessage(failed))).toEqual({
      state: 'FoundOpen',
      open: ['kubelet 10.0.0.1:10250/TCP'],
    });
    const passed = { ...failed, passed: true, problem: null, verdict: { ...round, passed: true, open: [] } };
    expect(verdict(0, terminationMessage(passed))).toEqual({
      state: 'Passed',
      closed: 2,
      openNodePorts: ['kubelet 10.0.0.1:10250/TCP'],
    });
    expect(verdict(1, terminationMessage({ ...failed, verdict: null, problem: 'no answer' }))).toEqual({
      state: 'Failed',
      problem: 'no answer',
    });
  });

  test.for<readonly [string, number, object | string, object]>([
    [
      'ports of the node that are open and accepted',
      0,
      { ...REPORT, openNodePorts: ['dns 10.0.0.1:53/UDP'] },
      { openNodePorts: ['dns 10.0.0.1:53/UDP'] },
    ],
    [
      'a report that says it failed, with exit code 0',
      0,
      { ...REPORT, passed: false, problem: 'x' },
      { state: 'Failed', problem: 'x' },
    ],
    [
      'a report that says it passed, with exit code 1',
      1,
      REPORT,
      { state: 'Failed', problem: 'exit code 1' },
    ],
    ['no report', 0, '', { state: 'Failed' }],
    [
      'a report that is no JSON',
      137,
      'killed',
      { state: 'Failed', problem: 'its report cannot be read (exit code 137)' },
    ],
    ['a report of another format', 0, { ...REPORT, format: 2 }, { state: 'Failed' }],
    [
      'a report of too many targets',
      1,
      { ...REPORT, open: Array.from({ length: 257 }, () => 'x') },
      { state: 'Failed' },
    ],
    ['a report with a line feed in it', 1, { ...REPORT, open: ['a\nb'] }, { open: ['a\\nb'] }],
  ])('of %s', ([, exitCode, message, wanted]) => {
    expect(verdict(exitCode, message)).toMatchObject(wanted);
  });

  test('is none before it has ended, and where there is none', () => {
    expect(gateVerdict(podIn(world()))).toEqual({ state: 'Pending' });
    expect(gateVerdict(podIn(world(), { phase: 'Failed' }))).toMatchObject({ state: 'Failed' });
    const gateless = world({ role: ({ spec }) => (spec.sandbox.startGate = 'None') });
    expect(gateVerdict(podIn(gateless))).toEqual({ state: 'Absent' });
  });
});
