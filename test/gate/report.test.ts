import { expect, test } from 'vitest';
import { describeFailure, type GateReport, reportLine, terminationMessage } from '../../src/gate/report.ts';
import type { GateTarget } from '../../src/lib/gate-protocol.ts';

const target = (index: number): GateTarget => ({
  name: `${'n'.repeat(59)}${String(index).padStart(4, '0')}`,
  address: `2001:db8::${index}`,
  port: 10_250,
  protocol: 'TCP',
});

const PASSED: GateReport = {
  passed: true,
  verdict: { passed: true, closed: 31, open: [], openNodePorts: [], faults: [], canary: true },
  rounds: 2,
  milliseconds: 1840,
  problem: null,
};

const FAILED: GateReport = {
  passed: false,
  verdict: {
    passed: false,
    closed: 30,
    open: [{ name: 'kubelet', address: '10.0.0.1', port: 10_250, protocol: 'TCP' }],
    openNodePorts: [],
    faults: [
      {
        target: { name: 'dns', address: 'fe80::1%eth0', port: 53, protocol: 'UDP' },
        attempt: { state: 'Fault', code: 'EMFILE' },
      },
    ],
    canary: false,
  },
  rounds: 48,
  milliseconds: 59_900,
  problem: 'p',
};

test('the message of a gate that passed', () => {
  expect(JSON.parse(terminationMessage(PASSED))).toEqual({
    format: 1,
    passed: true,
    closed: 31,
    open: [],
    openNodePorts: [],
    faults: [],
    canary: true,
    rounds: 2,
    milliseconds: 1840,
  });
  expect(reportLine(PASSED)).toBe(
    'start gate passed: 31 targets closed, gateway reached (2 rounds, 1840 ms)',
  );
});

test('the message of a gate that failed names what was open', () => {
  expect(JSON.parse(terminationMessage(FAILED))).toEqual({
    format: 1,
    passed: false,
    closed: 30,
    open: ['kubelet 10.0.0.1:10250/TCP'],
    openNodePorts: [],
    faults: ['dns [fe80::1%eth0]:53/UDP EMFILE'],
    canary: false,
    rounds: 48,
    milliseconds: 59_900,
    problem: 'p',
  });
  expect(reportLine(FAILED)).toBe('start gate failed: p (48 rounds, 59900 ms)');
});

test('the message of a gate that passed with open node ports names them', () => {
  const verdict = {
    passed: true,
    closed: 30,
    open: [],
    openNodePorts: [target(1)],
    faults: [],
    canary: true,
  };
  const message = JSON.parse(terminationMessage({ ...PASSED, verdict })) as {
    openNodePorts: readonly string[];
  };
  const shown = `${target(1).name} [2001:db8::1]:10250/TCP`;
  expect(message).toMatchObject({ passed: true, open: [], openNodePorts: [shown] });
  expect(reportLine({ ...PASSED, verdict })).toBe(
    `start gate passed: 30 targets closed, gateway reached; open on the own node: ${shown} (2 rounds, 1840 ms)`,
  );
});

test('what made the gate fail is shown before open node ports', () => {
  const many = Array.from({ length: 100 }, (_, index) => target(index));
  const verdict = {
    passed: false,
    closed: 0,
    open: many.slice(0, 5),
    openNodePorts: many,
    faults: [],
    canary: true,
  };
  const message = JSON.parse(terminationMessage({ ...FAILED, verdict })) as Record<string, readonly string[]>;
  expect(message['open']).toHaveLength(5);
  expect(message['openNodePorts']?.length).toBeGreaterThan(5);
  expect(Number(message['openNodePorts']?.length) + Number(message['omitted'])).toBe(100);
});

test('a failure is described in words', () => {
  expect(FAILED.verdict && describeFailure(FAILED.verdict)).toBe(
    "open: kubelet 10.0.0.1:10250/TCP; the start gate could not try: dns [fe80::1%eth0]:53/UDP EMFILE; the gateway's canary was not reached",
  );
});

test('a message of 400 open targets and a long problem fits what the kubelet keeps, and counts the rest', () => {
  const open = Array.from({ length: 400 }, (_, index) => target(index));
  const verdict = { passed: false, closed: 0, open, openNodePorts: [], faults: [], canary: true };
  const message = terminationMessage({ ...FAILED, verdict, problem: '\u{1f600}"\n'.repeat(5000) });
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096);
  const { open: shown, omitted } = JSON.parse(message) as { open: readonly string[]; omitted: number };
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.length + omitted).toBe(400);
});

test('a text of the gateway stays on one line', () => {
  const problem = 'a\nstart gate passed\u001b[2K';
  expect(reportLine({ ...FAILED, problem })).toBe(
    'start gate failed: a\\nstart gate passed\\u001b[2K (48 rounds, 59900 ms)',
  );
});
