import { describe, expect, test } from 'vitest';
import { decideCall, type Purpose } from '../../../src/policy/tools/decide-call.ts';
import type { Narrow } from '../../../src/policy/tools/call-policy.ts';
import { buildCallPolicy, buildFullPolicy, TOOLS } from '../../build/call-policy.ts';

const policy = await buildFullPolicy();
const decideOn = (tool: string, args: unknown, narrow?: Narrow, purpose?: Purpose) => {
  const { decision, rule, level } = decideCall(policy, { tool, arguments: args }, narrow, purpose);
  return [decision.effect === 'Allow' ? 'Allow' : decision.reason, rule, level];
};

describe('a call is allowed', () => {
  test.for<[string, string, unknown, string]>([
    ['a path at an allowed one', 'read_file', { path: '/data/reports' }, 'Pod'],
    ['a path under an allowed one', 'read_file', { path: '/data/reports/2026/q3.csv' }, 'Pod'],
    ['a path with dots in a name', 'read_file', { path: '/data/reports/..a/b.c' }, 'Pod'],
    ['a path next to a denied one', 'read_file', { path: '/data/reports/private2' }, 'Pod'],
    [
      'a nested path beside a described argument',
      'remove_file',
      { target: { path: '/data/a', force: true } },
      'Pod',
    ],
    ['a host under a wildcard', 'web_search', { url: 'https://www.example.com/?q=a' }, 'Gateway'],
    ['an exact host', 'web_search', { url: 'https://example.org/' }, 'Gateway'],
  ])('%s', ([, tool, args, level]) => {
    expect(decideOn(tool, args)).toEqual(['Allow', `spec.tools["${tool}"]`, level]);
  });
});

describe('the level is the same for a path that is allowed and for one that is denied', () => {
  const { readFile, removeFile } = TOOLS;
  const shell = { ...readFile, name: 'shell', capabilities: ['code:bash'] };
  const cooperative = { ...readFile, enforcement: 'Cooperative', maxFileSize: '1Ki' };
  test.for([
    ['of a file tool', readFile, 'Pod'],
    ['of a file tool with rules that bind only an agent that asks', cooperative, 'Pod'],
    [
      'of a file tool that changes files',
      { ...removeFile, paths: readFile.paths, arguments: undefined },
      'Pod',
    ],
    ['of a tool that no mount holds', { ...shell, enforcement: 'Cooperative' }, 'Cooperative'],
    [
      'of a tool of the gateway',
      { ...TOOLS.rollout, arguments: undefined, paths: readFile.paths, confirmation: readFile.confirmation },
      'Gateway',
    ],
  ] as const)('%s', ([, tool, level]) => {
    const own = buildCallPolicy({ tools: [tool] });
    const decided = ['/data/reports/a', '/data/evil', '/data/reports/private/a', '/data/reports/../a'].map(
      (path) => decideCall(own, { tool: tool.name, arguments: { path } }),
    );
    expect(decided.map(({ decision }) => decision.effect)).toEqual(['Allow', 'Deny', 'Deny', 'Deny']);
    expect(new Set(decided.map((one) => one.level))).toEqual(new Set([level]));
  });
});

const ROLLOUT = 'spec.tools["rollout"]';

describe('a person is asked', () => {
  test.for<[string, unknown]>([
    ['where the arguments fit', { app: 'web', replicas: 3 }],
    ['where a member is described as a whole', { app: 'web', anything: { a: [{ b: 1 }] } }],
    ['where all members of an argument are described', { app: 'web', labels: { team: 'a', tier: 'b' } }],
    ['where the name of an argument matches a pattern', { app: 'web', 'x-note': 'a' }],
    ['where each item is described', { app: 'web', steps: [{ weight: 1 }, {}] }],
  ])('%s', ([, args]) => {
    const rule = `${ROLLOUT}.confirmation`;
    expect(decideCall(policy, { tool: 'rollout', arguments: args })).toEqual({
      decision: { effect: 'Ask', reason: 'ConfirmationRequired', rule },
      rule,
      level: 'Gateway',
    });
  });
});

describe('a call that the gateway is to run', () => {
  test.for<[string, unknown]>([
    ['read_file', { path: '/data/reports' }],
    ['execute_sql', { query: 'SELECT 1' }],
    ['rollout', { app: 'web' }],
  ])('of %s is refused, because the gateway does not carry its executor', ([tool, args]) => {
    const expected = ['ToolNotCarried', `spec.tools["${tool}"].executor`, 'Gateway'];
    expect(decideOn(tool, args, undefined, 'Fetch')).toEqual(expected);
  });

  test('is allowed for a tool that fetches', () => {
    const args = { url: 'https://www.example.com/' };
    expect(decideOn('web_search', args, undefined, 'Fetch')[0]).toBe('Allow');
  });
});

describe('what the sandbox takes away', () => {
  test.for<[string, Narrow, string, unknown, string]>([
    [
      'a tool that it does not keep is denied',
      { tools: ['web_search'], readOnlyPaths: [] },
      'read_file',
      { path: '/data/reports' },
      'ToolNotAllowed',
    ],
    [
      'every tool is denied where it keeps none',
      { tools: [], readOnlyPaths: [] },
      'web_search',
      { url: 'https://example.org/' },
      'ToolNotAllowed',
    ],
    [
      'a tool that it keeps is allowed',
      { tools: ['read_file'], readOnlyPaths: [] },
      'read_file',
      { path: '/data/reports' },
      'Allow',
    ],
    [
      'all tools are allowed where it names none',
      { readOnlyPaths: ['/data'] },
      'read_file',
      { path: '/data/reports' },
      'Allow',
    ],
    [
      'a path that it keeps read-only is not written',
      { readOnlyPaths: ['/data/exports'] },
      'remove_file',
      { target: { path: '/data/exports/a' } },
      'PathNotAllowed',
    ],
    [
      'what contains such a path is not removed',
      { readOnlyPaths: ['/data/exports/a'] },
      'remove_file',
      { target: { path: '/data/exports' } },
      'PathNotAllowed',
    ],
  ])('%s', ([, narrow, tool, args, expected]) => {
    expect(decideOn(tool, args, narrow)[0]).toBe(expected);
  });
});

describe('a tool that cannot be used as it is written denies', () => {
  test.for<[string, Readonly<Record<string, unknown>>, string]>([
    ['without its SQL block', { executor: 'SQL', capabilities: ['code:sql'] }, '.sql'],
    ['without its MCP block', { executor: 'MCP' }, '.mcp'],
    ['without its upstream', { executor: 'Upstream' }, '.upstream'],
    ['without domains', { executor: 'Fetch', capabilities: ['net:http:get'] }, '.domains'],
    ['without a capability', { executor: 'Fetch', domains: TOOLS.webSearch.domains }, '.capabilities'],
    ['without paths', { executor: 'Agent', capabilities: ['file:read'] }, '.paths'],
    [
      'with a schema that does not compile',
      { executor: 'Agent', arguments: { type: 'strin' } },
      '.arguments',
    ],
    [
      'with a pattern that backtracks',
      {
        executor: 'Agent',
        arguments: { type: 'object', properties: { a: { type: 'string', pattern: '(?=a)' } } },
      },
      '.arguments',
    ],
  ])('%s', ([, tool, block]) => {
    const written = { name: 'bad', confirmation: { when: 'Never' }, ...tool };
    const decided = decideCall(buildCallPolicy({ tools: [written] }), { tool: 'bad', arguments: {} });
    expect(decided).toMatchObject({
      decision: { reason: 'RuleUnusable' },
      rule: `spec.tools["bad"]${block}`,
    });
  });

  test('and so does a statement, without a parser of SQL', () => {
    const unloaded = buildCallPolicy({ tools: [TOOLS.executeSQL] });
    const call = { tool: 'execute_sql', arguments: { query: 'SELECT 1' } };
    expect(decideCall(unloaded, call)).toMatchObject({ decision: { reason: 'StatementNotAllowed' } });
  });
});
