import { expect, test } from 'vitest';
import { parseAnswer } from '../../src/gate/parse-answer.ts';
import { UnrecoverableError } from '../../src/gate/unrecoverable-error.ts';

const TARGET = { name: 'kubelet', address: '10.0.0.1', port: 10_250, protocol: 'TCP' };
const ANSWER = {
  format: 1,
  nodePorts: 'Refuse',
  targets: [TARGET],
  canary: { address: '10.0.0.2', port: 8444 },
};

test('an answer is read as it is, without fields that are not known', () => {
  expect(parseAnswer(JSON.stringify({ ...ANSWER, added: 1, targets: [{ ...TARGET, added: 1 }] }))).toEqual(
    ANSWER,
  );
});

test('a mark is read, and one that is false is none', () => {
  const targets = [
    { ...TARGET, onOwnNode: true },
    { ...TARGET, onOwnNode: false },
  ];
  const answer = parseAnswer(JSON.stringify({ ...ANSWER, nodePorts: 'Report', targets }));
  expect(answer).toEqual({
    ...ANSWER,
    nodePorts: 'Report',
    targets: [{ ...TARGET, onOwnNode: true }, TARGET],
  });
});

test('a list may have 256 targets', () => {
  const targets = Array.from({ length: 256 }, (_, index) => ({ ...TARGET, port: index + 1 }));
  expect(parseAnswer(JSON.stringify({ ...ANSWER, targets })).targets).toHaveLength(256);
});

test.for([
  ['no JSON', '<html>', 'the answer is "<html>"; it must be JSON'],
  ['no object', '[]', 'the answer is []; it must be a JSON object'],
  ['another format', { ...ANSWER, format: 2 }, 'format is 2; it must be 1'],
  [
    'no word on node ports',
    { ...ANSWER, nodePorts: undefined },
    'nodePorts is not set; it must be "Refuse" or "Report"',
  ],
  [
    'another word on node ports',
    { ...ANSWER, nodePorts: 'Allow' },
    'nodePorts is "Allow"; it must be "Refuse" or "Report"',
  ],
  [
    'a mark that is no truth value',
    { ...ANSWER, targets: [{ ...TARGET, onOwnNode: 'true' }] },
    'targets[0].onOwnNode is "true"; it must be true or false',
  ],
  ['no list', { ...ANSWER, targets: null }, 'targets is not set; it must be a list'],
  [
    'an empty list',
    { ...ANSWER, targets: [] },
    'targets is "0 entries"; it must be a list of 1 to 256 entries',
  ],
  [
    'a list that is too long',
    { ...ANSWER, targets: Array.from({ length: 257 }, () => TARGET) },
    'targets is "257 entries"; it must be a list of 1 to 256 entries',
  ],
  [
    'a target that is no object',
    { ...ANSWER, targets: [TARGET, 1] },
    'targets[1] is 1; it must be an object',
  ],
  [
    'a host name',
    { ...ANSWER, targets: [{ ...TARGET, address: 'kubernetes.default' }] },
    'targets[0].address is "kubernetes.default"; it must be an IP address',
  ],
  [
    'port 0',
    { ...ANSWER, targets: [{ ...TARGET, port: 0 }] },
    'targets[0].port is 0; it must be a whole number from 1 to 65535',
  ],
  [
    'a port as text',
    { ...ANSWER, targets: [{ ...TARGET, port: '80' }] },
    'targets[0].port is "80"; it must be a whole number from 1 to 65535',
  ],
  [
    'another protocol',
    { ...ANSWER, targets: [{ ...TARGET, protocol: 'SCTP' }] },
    'targets[0].protocol is "SCTP"; it must be "TCP" or "UDP"',
  ],
  [
    'no name',
    { ...ANSWER, targets: [{ ...TARGET, name: '' }] },
    'targets[0].name is ""; it must be a text of 1 to 63 characters',
  ],
  ['no canary', { ...ANSWER, canary: undefined }, 'canary is not set; it must be an object'],
  [
    'a canary without a port',
    { ...ANSWER, canary: { address: '10.0.0.2' } },
    'canary.port is not set; it must be a whole number from 1 to 65535',
  ],
] as const)('%s is refused', ([, answer, problem]) => {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const error = thrownBy(() => parseAnswer(body));
  expect(error).toBeInstanceOf(UnrecoverableError);
  expect((error as Error).message).toBe(`the gateway's answer is not one of /v1/gate: ${problem}`);
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
