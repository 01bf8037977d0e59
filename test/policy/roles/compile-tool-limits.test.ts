import { expect, test } from 'vitest';
import { agentRole } from '../../../src/api/agent-role.ts';
import { compileToolLimits } from '../../../src/policy/roles/compile-tool-limits.ts';
import { fullAgentRole, role } from '../../api/bad-objects/role-objects.ts';

const DEFAULTS = {
  maxFileBytes: 10 * 1024 * 1024,
  maxResponseBytes: 10 * 1024 * 1024,
  maxRequestsPerMinute: 60,
  maxExecutionSeconds: 30,
};

const limitsIn = (object: object) => compileToolLimits(agentRole.schema.parse(object).spec.tools);

test('a tool that sets no bound has 60 calls a minute, 10 MiB and 30 seconds, whoever runs it', () => {
  expect(limitsIn(fullAgentRole)).toEqual(
    new Map(['read_file', 'web_search', 'execute_sql', 'rollout'].map((name) => [name, DEFAULTS])),
  );
});

test.for([
  ['maxFileSize', '1Mi', { maxFileBytes: 1024 * 1024 }],
  ['maxResponseSize', 1500, { maxResponseBytes: 1500 }],
  ['maxRequestsPerMinute', 5, { maxRequestsPerMinute: 5 }],
  ['maxExecutionSeconds', 3600, { maxExecutionSeconds: 3600 }],
] as const)('a tool with %s of %s has that, and the defaults of the others', ([field, value, bound]) => {
  expect(limitsIn(role({ [`/spec/tools/1/${field}`]: value })).get('web_search')).toEqual({
    ...DEFAULTS,
    ...bound,
  });
});

test('the API server fills none of them in: each would make a tool of the agent Cooperative', () => {
  const [tool] = agentRole.schema.parse(fullAgentRole).spec.tools;
  expect(Object.keys(tool ?? {}).filter((name) => name.startsWith('max'))).toEqual([]);
});

test('a size that is not a quantity allows nothing, and a tool without a name is none', () => {
  expect(
    compileToolLimits([{ name: 'a', maxResponseSize: 'much' }, { maxFileSize: '1Mi' }, undefined]),
  ).toEqual(new Map([['a', { ...DEFAULTS, maxResponseBytes: 0 }]]));
});
