import { describe, expect, test } from 'vitest';
import type { Tool } from '../../../src/api/agent-role.ts';
import type { AgentSandbox } from '../../../src/api/agent-sandbox.ts';
import { compileRole } from '../../../src/policy/roles/compile-role.ts';
import { narrowRole } from '../../../src/policy/sandboxes/narrow-role.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';

const tool = (name: string, capability: string, allow: string[], deny: string[]): Tool =>
  ({
    name,
    executor: 'Agent',
    capabilities: [capability],
    paths: [{ argument: '/path', allow, deny }],
    confirmation: { when: 'Never' },
  }) as unknown as Tool;

const role = buildAgentRole(({ spec }) => {
  spec.tools = [
    tool('read', 'file:read', ['/data'], ['/data/secrets']),
    tool('read_secrets', 'file:read', ['/data/secrets'], []),
    tool('write', 'file:write', ['/srv/jobs'], ['/srv/jobs/sealed']),
  ];
});

const narrow = (narrowing: AgentSandbox['spec']['narrow']) =>
  narrowRole(role, buildAgentSandbox(({ spec }) => (spec.narrow = narrowing)).spec);

describe('narrowing a role', () => {
  test('to nothing leaves it as it is', () => {
    expect(narrow(undefined)).toEqual(compileRole(role));
  });

  test('to some tools takes the paths of the others, and denies what they alone granted', () => {
    expect(narrow({ tools: ['read'], readOnlyPaths: [] })).toMatchObject({
      readablePaths: ['/data'],
      writablePaths: [],
      deniedPaths: expect.arrayContaining(['/data/secrets', '/srv/jobs/sealed']),
    });
    expect([...narrow({ tools: ['read'], readOnlyPaths: [] }).tools.keys()]).toEqual(['read']);
  });

  test('to no tools grants no paths', () => {
    expect(narrow({ tools: [], readOnlyPaths: [] })).toMatchObject({ readablePaths: [], writablePaths: [] });
  });

  test('to paths that are read alone keeps them readable', () => {
    expect(narrow({ readOnlyPaths: ['/srv/jobs'] })).toMatchObject({
      readablePaths: ['/data', '/data/secrets', '/srv/jobs'],
      writablePaths: [],
    });
    expect(narrow({ readOnlyPaths: ['/srv/jobs/done', '/elsewhere'] })).toMatchObject({
      writablePaths: ['/srv/jobs'],
      unwritablePaths: ['/srv/jobs/sealed', '/srv/jobs/done', '/elsewhere'],
    });
  });
});
