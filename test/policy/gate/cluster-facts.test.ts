import { expect, test } from 'vitest';
import { parseClusterFacts } from '../../../src/policy/gate/cluster-facts.ts';

test('blocks of both families are taken together', () => {
  const parsed = parseClusterFacts(JSON.stringify({ format: 1, blocks: ['5.9.0.0/16', '2a01:4f8::/32'] }));
  const has = (address: string) => 'block' in parsed && parsed.block.has(address);
  expect(['5.9.1.1', '::ffff:5.9.1.1', '2a01:4f8::1', '5.8.0.1', '2a02::1', 'x'].map(has)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test.for([
  ['that are not set', undefined, 'it is not set'],
  ['of a newer format', { format: 2, blocks: [] }, 'format is 2; this gateway knows only 1'],
  ['with a field that is not known', { format: 1, blocks: [], added: 1 }, 'added is not a field'],
  ['without blocks', { format: 1 }, 'blocks is not set'],
  ['with an address', { format: 1, blocks: ['5.9.0.7'] }, 'blocks[0] is "5.9.0.7"; it must be a block'],
  ['with too many blocks', { format: 1, blocks: Array(8193).fill('5.9.0.7/32') }, 'blocks has 8193 items'],
] as const)('facts of the cluster %s are refused', ([, facts, problem]) => {
  const text = facts === undefined ? undefined : JSON.stringify(facts);
  const parsed = parseClusterFacts(text);
  expect(parsed).toEqual({ problem: expect.stringContaining(problem) });
  expect(parsed).toEqual({
    problem: expect.stringMatching(/^cluster\.json of the ConfigMap "cloister-gate": /),
  });
});
