import { describe, expect, test } from 'vitest';
import { decideFetchCall, withURL } from '../../../src/policy/tools/decide-fetch-call.ts';
import { buildCallPolicy, TOOLS } from '../../build/call-policy.ts';

const { webSearch, readFile } = TOOLS;
const url = 'https://example.org/';
const policy = buildCallPolicy({
  tools: [
    webSearch,
    readFile,
    { ...webSearch, name: 'asks', confirmation: { when: 'Always', approvers: [{ group: 'sre' }] } },
    { ...webSearch, name: 'submit', capabilities: ['net:http:post'] },
    { ...webSearch, name: 'both', capabilities: ['net:http:post', 'net:http:get'] },
    { ...webSearch, name: 'deep', domains: [{ argument: '/to/url', allow: ['example.org'], deny: [] }] },
  ],
});

describe('a call of a tool that fetches', () => {
  test.for<[string, string, unknown, string | null]>([
    ['is allowed by its arguments and its URL', 'web_search', { url }, null],
    ['is refused for an argument that nothing covers', 'web_search', { url, other: 1 }, 'ArgumentNotCovered'],
    ['is refused without its URL', 'web_search', {}, 'ArgumentMissing'],
    ['is refused for its URL', 'web_search', { url: 'https://evil.example/' }, 'HostNotAllowed'],
    ['is asked about', 'asks', { url }, 'ConfirmationRequired'],
    ['is refused before anybody is asked', 'asks', { url: 'https://evil.example/' }, 'HostNotAllowed'],
    [
      'is refused where another executor has the tool',
      'read_file',
      { path: '/data/reports' },
      'ToolNotCarried',
    ],
    ['is refused where the role has no such tool', 'toString', { url }, 'ToolNotAllowed'],
  ])('%s', ([, tool, args, reason]) => {
    const { decision, request } = decideFetchCall(policy, { tool, arguments: args });
    expect(decision.effect === 'Allow' ? null : decision.reason).toBe(reason);
    expect(request === undefined).toBe(reason !== null);
  });

  test.for([
    ['GET', 'web_search'],
    ['POST', 'submit'],
    ['GET', 'both'],
  ] as const)('is made with %s for the capabilities of %s', ([method, tool]) => {
    expect(decideFetchCall(policy, { tool, arguments: { url } }).request?.method).toBe(method);
  });

  test('is refused where the sandbox does not keep the tool', () => {
    const narrow = { tools: [], readOnlyPaths: [] };
    const { decision } = decideFetchCall(policy, { tool: 'web_search', arguments: { url } }, narrow);
    expect(decision).toMatchObject({ reason: 'ToolNotAllowed' });
  });

  test('has its URL where the first rule about domains expects it', () => {
    const deep = policy.tools.get('deep')!;
    expect(withURL(deep, { to: { depth: 1 }, a: 2 }, url)).toEqual({ to: { depth: 1, url }, a: 2 });
    expect(withURL(deep, { to: 'text' }, url)).toEqual({ to: { url } });
    expect(withURL(policy.tools.get('read_file')!, { a: 1 }, url)).toEqual({ a: 1 });
  });
});
