import { describe, expect, test } from 'vitest';
import { parseAnswer } from '../../../src/gate/parse-answer.ts';
import type { GateTarget } from '../../../src/lib/gate-protocol.ts';
import { answerGate, MAX_NODE_TARGETS } from '../../../src/policy/gate/answer-gate.ts';
import { buildGateFacts } from '../../build/gate-facts.ts';

const CANARY = { address: '10.244.1.9', port: 8444 };
const target = (changes: Partial<GateTarget> = {}): GateTarget => ({
  name: 'api-server',
  address: '192.0.2.10',
  port: 6443,
  protocol: 'TCP',
  ...changes,
});

describe('the answer to the start gate of a pod', () => {
  test('holds the targets of the facts and the ports of each address of its node', () => {
    const facts = buildGateFacts({ nodePorts: 'Report' });
    const answer = answerGate(facts, ['192.0.2.10', '2001:db8::10'], CANARY);
    expect(answer).toMatchObject({ format: 1, nodePorts: 'Report', canary: CANARY });
    expect(answer?.targets.slice(0, 1)).toEqual(facts.targets);
    const added = answer?.targets.slice(1) ?? [];
    expect(
      added.map(({ name, address, port, protocol }) => `${name} ${address} ${port} ${protocol}`),
    ).toEqual(
      ['192.0.2.10', '2001:db8::10'].flatMap((address) => [
        `node-dns ${address} 53 TCP`,
        `node-dns ${address} 53 UDP`,
        `node-kubelet ${address} 10250 TCP`,
        `node-api-server ${address} 6443 TCP`,
      ]),
    );
    expect(added.every(({ onOwnNode }) => onOwnNode === true)).toBe(true);
  });

  test('marks a target of the facts that is on its node, and does not list it twice', () => {
    const facts = buildGateFacts({
      targets: [target(), target({ address: '192.0.2.11' }), target({ port: 443 })],
    });
    const targets = answerGate(facts, ['192.0.2.10'], CANARY)?.targets ?? [];
    expect(targets.slice(0, 3)).toEqual([
      target({ onOwnNode: true }),
      target({ address: '192.0.2.11' }),
      target({ port: 443, onOwnNode: true }),
    ]);
    expect(targets.filter(({ address, port }) => address === '192.0.2.10' && port === 6443)).toHaveLength(1);
  });

  test('knows an address of the node in any form', () => {
    const facts = buildGateFacts({ targets: [target({ address: '2001:db8:0:0::10' })] });
    const targets = answerGate(facts, ['2001:DB8::10'], CANARY)?.targets ?? [];
    expect(targets).toHaveLength(4);
    expect(targets.every(({ onOwnNode }) => onOwnNode === true)).toBe(true);
  });

  test.for([
    ['are not known', []],
    ['are too many', ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5']],
  ] as const)('is none where the addresses of its node %s', ([, nodeAddresses]) => {
    expect(answerGate(buildGateFacts(), nodeAddresses, CANARY)).toBeNull();
  });

  test('is one that the start gate takes, also with as many targets as there may be', () => {
    const many = Array.from({ length: 256 - MAX_NODE_TARGETS }, (_, index) =>
      target({ port: index + 10_000 }),
    );
    const nodeAddresses = ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2'];
    const answer = answerGate(buildGateFacts({ targets: many }), nodeAddresses, CANARY);
    expect(answer?.targets).toHaveLength(256);
    const text = JSON.stringify(answer);
    expect(parseAnswer(text)).toEqual(answer);
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
  });
});
