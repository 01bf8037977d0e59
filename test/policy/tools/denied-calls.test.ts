import { describe, expect, test } from 'vitest';
import { decideCall } from '../../../src/policy/tools/decide-call.ts';
import { buildFullPolicy } from '../../build/call-policy.ts';

const policy = await buildFullPolicy();
const decideOn = (tool: string, args: unknown) => {
  const { decision, rule, level } = decideCall(policy, { tool, arguments: args });
  return [decision.effect === 'Allow' ? 'Allow' : decision.reason, rule, level];
};

const READ = 'spec.tools["read_file"]';
const REMOVE = 'spec.tools["remove_file"]';
const SEARCH = 'spec.tools["web_search"]';
const ROLLOUT = 'spec.tools["rollout"]';

describe('a call is denied', () => {
  test.for<[string, string, unknown, readonly [string, string, string]]>([
    ['a tool that the role does not list', 'bash', {}, ['ToolNotAllowed', 'spec.tools', 'Cooperative']],
    [
      'a tool of another case',
      'Read_File',
      { path: '/data/reports' },
      ['ToolNotAllowed', 'spec.tools', 'Cooperative'],
    ],
    [
      'a tool by a name of Object.prototype',
      'constructor',
      {},
      ['ToolNotAllowed', 'spec.tools', 'Cooperative'],
    ],
    [
      'a sibling that begins with an allowed path (CVE-2025-53110)',
      'read_file',
      { path: '/data/reports-evil' },
      ['PathNotAllowed', `${READ}.paths[0].allow`, 'Pod'],
    ],
    [
      'a parent of an allowed path',
      'read_file',
      { path: '/data' },
      ['PathNotAllowed', `${READ}.paths[0].allow`, 'Pod'],
    ],
    [
      'a path in another case',
      'read_file',
      { path: '/Data/reports' },
      ['PathNotAllowed', `${READ}.paths[0].allow`, 'Pod'],
    ],
    [
      'a denied path under an allowed one',
      'read_file',
      { path: '/data/reports/private' },
      ['PathNotAllowed', `${READ}.paths[0].deny`, 'Pod'],
    ],
    [
      'a path under a denied one',
      'read_file',
      { path: '/data/reports/private/a' },
      ['PathNotAllowed', `${READ}.paths[0].deny`, 'Pod'],
    ],
    [
      'a path with "..", also where it leads back',
      'read_file',
      { path: '/data/reports/../reports/a' },
      ['PathNotCanonical', `${READ}.paths[0]`, 'Pod'],
    ],
    ['a missing path', 'read_file', {}, ['ArgumentMissing', `${READ}.paths[0].argument`, 'Pod']],
    [
      'a path that is a list',
      'read_file',
      { path: ['/data/reports'] },
      ['ArgumentMissing', `${READ}.paths[0].argument`, 'Pod'],
    ],
    [
      'a path that is null',
      'read_file',
      { path: null },
      ['ArgumentMissing', `${READ}.paths[0].argument`, 'Pod'],
    ],
    [
      'a second argument that nothing covers',
      'read_file',
      { path: '/data/reports', file: '/etc/passwd' },
      ['ArgumentNotCovered', `${READ}.arguments`, 'Cooperative'],
    ],
    [
      'an argument in another case',
      'read_file',
      { path: '/data/reports', Path: '/etc' },
      ['ArgumentNotCovered', `${READ}.arguments`, 'Cooperative'],
    ],
    [
      'an empty argument that nothing covers',
      'read_file',
      { path: '/data/reports', options: {} },
      ['ArgumentNotCovered', `${READ}.arguments`, 'Cooperative'],
    ],
    [
      'arguments that are a list',
      'read_file',
      ['/data/reports'],
      ['ArgumentsInvalid', `${READ}.arguments`, 'Cooperative'],
    ],
    [
      'arguments that are none',
      'read_file',
      undefined,
      ['ArgumentsInvalid', `${READ}.arguments`, 'Cooperative'],
    ],
    [
      'a nested argument that nothing covers',
      'remove_file',
      { target: { path: '/data/a', other: 1 } },
      ['ArgumentNotCovered', `${REMOVE}.arguments`, 'Cooperative'],
    ],
    [
      'the removal of what contains a denied path',
      'remove_file',
      { target: { path: '/data/reports' } },
      ['PathNotAllowed', `${REMOVE}.paths[0].deny`, 'Pod'],
    ],
    [
      'a text that is larger than a file may be',
      'remove_file',
      { target: { path: `/data/${'é'.repeat(512)}` } },
      ['FileTooLarge', `${REMOVE}.maxFileSize`, 'Cooperative'],
    ],
    [
      'the apex of a wildcard',
      'web_search',
      { url: 'https://example.com/' },
      ['HostNotAllowed', `${SEARCH}.domains[0].allow`, 'Gateway'],
    ],
    [
      'a name below an exact host',
      'web_search',
      { url: 'https://www.example.org/' },
      ['HostNotAllowed', `${SEARCH}.domains[0].allow`, 'Gateway'],
    ],
    [
      'a denied host under an allowed wildcard',
      'web_search',
      { url: 'https://private.example.com/' },
      ['HostNotAllowed', `${SEARCH}.domains[0].deny`, 'Gateway'],
    ],
    [
      'a denied host in upper case',
      'web_search',
      { url: 'https://PRIVATE.example.com/' },
      ['HostNotAllowed', `${SEARCH}.domains[0].deny`, 'Gateway'],
    ],
    [
      'a denied host with a trailing dot',
      'web_search',
      { url: 'https://private.example.com./' },
      ['URLNotCanonical', `${SEARCH}.domains[0]`, 'Gateway'],
    ],
    [
      'a host with a Cyrillic letter',
      'web_search',
      { url: 'https://www.еxample.com/' },
      ['HostNotAllowed', `${SEARCH}.domains[0].allow`, 'Gateway'],
    ],
    [
      'http',
      'web_search',
      { url: 'http://www.example.com/' },
      ['URLNotCanonical', `${SEARCH}.domains[0]`, 'Gateway'],
    ],
    [
      'a required argument that is missing',
      'rollout',
      {},
      ['ArgumentsInvalid', `${ROLLOUT}.arguments`, 'Gateway'],
    ],
    [
      'an argument that does not match its pattern',
      'rollout',
      { app: 'A' },
      ['ArgumentsInvalid', `${ROLLOUT}.arguments`, 'Gateway'],
    ],
    [
      'an argument out of its range',
      'rollout',
      { app: 'a', replicas: 11 },
      ['ArgumentsInvalid', `${ROLLOUT}.arguments`, 'Gateway'],
    ],
    [
      'an argument that the schema does not list',
      'rollout',
      { app: 'a', force: true },
      ['ArgumentNotCovered', `${ROLLOUT}.arguments`, 'Gateway'],
    ],
    [
      'a member of an item that the schema does not list',
      'rollout',
      { app: 'a', steps: [{ weight: 1 }, { pause: 1 }] },
      ['ArgumentNotCovered', `${ROLLOUT}.arguments`, 'Gateway'],
    ],
    [
      'a member of the wrong type where all are described',
      'rollout',
      { app: 'a', labels: { a: 1 } },
      ['ArgumentsInvalid', `${ROLLOUT}.arguments`, 'Gateway'],
    ],
    [
      'an argument of a pattern of names with the wrong type',
      'rollout',
      { app: 'a', 'x-y': 1 },
      ['ArgumentsInvalid', `${ROLLOUT}.arguments`, 'Gateway'],
    ],
    [
      'a statement that is missing',
      'execute_sql',
      {},
      ['ArgumentMissing', 'spec.tools["execute_sql"].sql.argument', 'Gateway'],
    ],
  ])('%s', ([, tool, args, expected]) => {
    expect(decideOn(tool, args)).toEqual(expected);
  });
});

test.for<[string, string, string, string]>([
  ['a table', 'SELECT * FROM public.users', 'sql.tables', 'SQL with table "public.users"'],
  ['an operation', 'DELETE FROM analytics.a', 'sql.operations', 'SQL with Delete (DELETE)'],
  ['what is no SQL', 'give', 'sql.argument', 'SQL with syntax error at or near "give"'],
])('the place of %s in a statement is its argument, and not the role', ([, query, rule, found]) => {
  const decided = decideCall(policy, { tool: 'execute_sql', arguments: { query } });
  expect(decided).toMatchObject({
    rule: `spec.tools["execute_sql"].${rule}`,
    decision: { violations: [{ field: 'arguments/query', found }] },
  });
});
