import { describe, expect, test } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import { judgeRole } from '../../../src/operator/agent-role/judge-role.ts';
import { buildAgentRole } from '../../build/agent-role.ts';

const isKnownProfile = (name: string): boolean => ['RuntimeDefault', 'python'].includes(name);
type Tool = AgentRole['spec']['tools'][number];

const tool = (change: Partial<Tool>): Tool =>
  ({
    name: 'run',
    executor: 'Agent',
    capabilities: ['code:bash'],
    paths: [],
    domains: [],
    confirmation: { when: 'Never' },
    ...change,
  }) as Tool;

function judge(change: (role: AgentRole) => void) {
  const [accepted, cooperative] = judgeRole(buildAgentRole(change), isKnownProfile);
  return { accepted, cooperative };
}

describe('a role is accepted', () => {
  test.each([
    ['as it is', () => {}],
    ['with a profile that is installed', ({ spec }) => void (spec.sandbox.seccompProfile = 'python')],
    [
      'with a schema that compiles',
      ({ spec }) => void (spec.tools = [tool({ arguments: { type: 'object' }, enforcement: 'Cooperative' })]),
    ],
  ] as [string, (role: AgentRole) => void][])('%s', (_what, change) => {
    const message = 'Every rule of the role was understood.';
    expect(judge(change).accepted).toEqual({ type: 'Accepted', status: 'True', reason: 'Valid', message });
  });
});

describe('a role is not accepted', () => {
  test.each([
    [
      'with a schema that does not compile',
      ({ spec }) => void (spec.tools = [tool({ arguments: { type: 'no' }, enforcement: 'Cooperative' })]),
      'InvalidArguments',
      /^spec\.tools\[0\]\.arguments is /,
    ],
    [
      'with a profile that nobody knows',
      ({ spec }) => void (spec.sandbox.seccompProfile = 'pyton'),
      'UnknownSeccompProfile',
      /"pyton"/,
    ],
    [
      'that breaks what roles must hold to now',
      ({ spec }) => void (spec.tools = [tool({ arguments: { type: 'object' } })]),
      'InvalidRule',
      /Cooperative/,
    ],
    [
      'with a field of a later version, which would be no rule',
      ({ spec }) => void Object.assign(spec, { tolls: [] }),
      'InvalidRule',
      /spec\.tolls is not a field/,
    ],
  ] as [string, (role: AgentRole) => void, string, RegExp][])('%s', (_what, change, reason, message) => {
    expect(judge(change).accepted).toEqual({
      type: 'Accepted',
      status: 'False',
      reason,
      message: expect.stringMatching(message),
    });
  });
});

test('a role whose tools bind only an agent that asks says which', () => {
  const { cooperative } = judge(({ spec }) => {
    spec.tools = [
      tool({ name: 'held' }),
      tool({ name: 'asked', maxExecutionSeconds: 5, enforcement: 'Cooperative' }),
    ];
  });
  expect(cooperative).toEqual({
    type: 'Cooperative',
    status: 'True',
    reason: 'CooperativeRules',
    message: 'Rules of these tools bind only an agent that asks: asked.',
  });
});
