import { expect, test } from 'vitest';
import { parseGateFacts } from '../../../src/policy/gate/parse-gate-facts.ts';
import { buildGateFacts } from '../../build/gate-facts.ts';

const FACTS = buildGateFacts();
const TARGET = { name: 'dns', address: '10.96.0.10', port: 53, protocol: 'UDP' } as const;
const withTarget = (changes: object): object => ({ ...FACTS, targets: [TARGET, { ...TARGET, ...changes }] });

test.for([
  ['as the operator writes them', FACTS],
  ['with IPv6 targets', { ...FACTS, targets: [{ ...TARGET, address: 'fd00:10:96::a' }] }],
  ['without a namespace', { ...FACTS, namespaces: [] }],
  ['with 240 targets', { ...FACTS, targets: Array.from({ length: 240 }, () => TARGET) }],
] as const)('facts %s are taken as they are', ([, facts]) => {
  expect(parseGateFacts(JSON.stringify(facts), 'acme')).toEqual({ facts });
});

test.for([
  ['that are not set', undefined, 'it is not set'],
  ['that are no JSON', '{', 'it is not a JSON object'],
  ['that are a list', [], 'it is not a JSON object'],
  ['without a format', { ...FACTS, format: undefined }, 'format is not set; this gateway knows only 1'],
  [
    'of a newer format, whatever else is new',
    { format: 2, added: 1 },
    'format is 2; this gateway knows only 1',
  ],
  ['of another tenant', { ...FACTS, tenant: 'other' }, 'tenant is "other"; this is the gateway of "acme"'],
  ['with a field that is not known', { ...FACTS, added: 1 }, 'added is not a field that this gateway knows'],
  [
    'with another word on node ports',
    { ...FACTS, nodePorts: 'Allow' },
    'nodePorts is "Allow"; it must be one of "Refuse", "Report"',
  ],
  [
    'without a list of namespaces',
    { ...FACTS, namespaces: undefined },
    'namespaces is not set; it must be a list',
  ],
  [
    'with a namespace that is a path',
    { ...FACTS, namespaces: ['a/../b'] },
    'namespaces[0] is "a/../b"; it must be lower-case',
  ],
  [
    'with too many namespaces',
    { ...FACTS, namespaces: Array.from({ length: 129 }, () => 'a') },
    'namespaces has 129 items; it must have at most 128 items',
  ],
  ['without a target', { ...FACTS, targets: [] }, 'targets is empty; it must have at least 1 item'],
  [
    'with too many targets',
    { ...FACTS, targets: Array.from({ length: 241 }, () => TARGET) },
    'targets has 241 items; it must have at most 240 items',
  ],
  [
    'with a target that is a name',
    withTarget({ address: 'kubernetes' }),
    'targets[1].address of "dns" is "kubernetes"; it must be an IP address',
  ],
  ['with a target on an interface', withTarget({ address: 'fe80::1%eth0' }), 'it must be an IP address'],
  ['with port 0', withTarget({ port: 0 }), 'targets[1].port of "dns" is 0; it must be at least 1'],
  ['with another protocol', withTarget({ protocol: 'SCTP' }), 'targets[1].protocol of "dns" is "SCTP"'],
  ['with a long name', withTarget({ name: 'n'.repeat(64) }), 'targets[1].name has 64 characters'],
  [
    'with a target that has a mark',
    withTarget({ onOwnNode: true }),
    'targets[1].onOwnNode is not a field that this gateway knows',
  ],
] as const)('facts %s are refused', ([, facts, problem]) => {
  const text = typeof facts === 'object' ? JSON.stringify(facts) : facts;
  expect(parseGateFacts(text, 'acme')).toEqual({ problem: expect.stringContaining(problem) });
  expect(parseGateFacts(text, 'acme')).toEqual({
    problem: expect.stringMatching(/^gate\.json of the ConfigMap "cloister-gate": /),
  });
});
