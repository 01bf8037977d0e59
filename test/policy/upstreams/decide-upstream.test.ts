import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideUpstream } from '../../../src/policy/upstreams/decide-upstream.ts';
import { parseTarget } from '../../../src/policy/upstreams/parse-target.ts';
import { buildCallPolicy } from '../../build/call-policy.ts';

const UPSTREAM = {
  name: 'vendor',
  protocol: 'HTTP',
  baseURL: 'https://api.example.com:8443/v1',
  credential: 'key',
  methods: ['GET', 'POST'],
  paths: ['/items', '/files/*', '/straße'],
};
const policy = buildCallPolicy({
  credentials: [{ name: 'key', attach: { type: 'Bearer' } }],
  upstreams: [
    UPSTREAM,
    { ...UPSTREAM, name: 'socket', protocol: 'WebSocket' },
    { ...UPSTREAM, name: 'none', methods: [], paths: [] },
    {
      ...UPSTREAM,
      name: 'models',
      methods: ['GET', 'HEAD', 'POST', 'DELETE'],
      paths: ['/models', '/*'],
      llm: { api: 'OpenAIChat', models: ['m'], maxOutputTokens: 1, hostedTools: [] },
    },
  ],
});

const decide = (
  target: string,
  { upstream = 'vendor', method = 'GET', headers = [] as readonly string[] } = {},
) => decideUpstream(policy, { upstream, method, target, headers });
const reasonOf = ({ decision }: ReturnType<typeof decide>) => ('reason' in decision ? decision.reason : null);

test('a request that is allowed is what is sent, by the rule that allows it', () => {
  const decision = decide('/files/a%c3%a9.txt?page=2&q=[x]', {
    headers: ['Accept', 'text/plain', 'Host', 'evil'],
  });
  expect(decision).toMatchObject({
    decision: { effect: 'Allow' },
    rule: 'spec.upstreams["vendor"].paths',
    level: 'Gateway',
    request: {
      method: 'GET',
      path: '/files/a%C3%A9.txt',
      target: '/v1/files/a%C3%A9.txt?page=2&q=[x]',
      headers: { accept: 'text/plain' },
      upstream: {
        host: 'api.example.com',
        port: 8443,
        credential: { name: 'key', attach: { type: 'Bearer' } },
      },
    },
  });
});

describe('a request is refused', () => {
  test.for([
    ['for an upstream that is not there', { upstream: 'other' }, 'UpstreamNotAllowed', 'spec.upstreams'],
    ['for a name that objects inherit', { upstream: 'constructor' }, 'UpstreamNotAllowed', 'spec.upstreams'],
    [
      'for another protocol',
      { upstream: 'socket' },
      'UpstreamNotCarried',
      'spec.upstreams["socket"].protocol',
    ],
    ['where no method is listed', { upstream: 'none' }, 'MethodNotAllowed', 'spec.upstreams["none"].methods'],
    [
      'with a method that is not listed',
      { method: 'DELETE' },
      'MethodNotAllowed',
      'spec.upstreams["vendor"].methods',
    ],
    [
      'with a method that HTTP does not know',
      { method: 'get' },
      'MethodNotAllowed',
      'spec.upstreams["vendor"].methods',
    ],
    [
      'with a header that is there twice',
      { headers: ['accept', 'a', 'Accept', 'b'] },
      'RequestHeaderNotAllowed',
      null,
    ],
    ['with a header that is not ASCII', { headers: ['accept', 'ä'] }, 'RequestHeaderNotAllowed', null],
  ] as const)('%s', ([, call, reason, rule]) => {
    const decision = decide('/items', call);
    expect([reasonOf(decision), decision.rule]).toEqual([reason, rule]);
    expect(decision.request).toBeUndefined();
  });
});

describe('a request without a body for an upstream with llm', () => {
  test.for([
    ['reads a path that is listed in full', 'GET', '/models', null],
    ['asks for the head of one', 'HEAD', '/models?limit=5', null],
    ['reads a path below one that is listed', 'GET', '/files/file-1/content', 'PathNotAllowed'],
    ['asks for the head of such a path', 'HEAD', '/responses/resp_1', 'PathNotAllowed'],
    ['deletes below a path that is listed', 'DELETE', '/files/file-1', 'MethodNotAllowed'],
    ['deletes at a path that is listed in full', 'DELETE', '/models', 'MethodNotAllowed'],
  ] as const)('%s', ([, method, target, reason]) => {
    const decision = decide(target, { upstream: 'models', method });
    expect([reasonOf(decision), decision.rule]).toEqual([
      reason,
      reason === null ? 'spec.upstreams["models"].paths' : 'spec.upstreams["models"].llm',
    ]);
    expect(decision.request === undefined).toBe(reason !== null);
  });

  test('is another than one with a body, which is decided as a whole', () => {
    expect(decide('/chat/completions', { upstream: 'models', method: 'POST' }).request).toBeDefined();
  });
});

describe('a path', () => {
  test.for([
    '/items',
    '/items?',
    '/files/a',
    '/files/',
    '/files/a/b/',
    '/files/a:b@c',
    '/stra%c3%9fe',
    '/files/a%20b',
  ])('%s is allowed', (target) => expect(reasonOf(decide(target))).toBeNull());
  test.for([
    '',
    '/',
    '/item',
    '/items/',
    '/items/1',
    '/files',
    '/Files/a',
    '/v1/items',
    '/%69tems'.replace('%69', 'I'),
  ])('%s is not listed', (target) => expect(reasonOf(decide(target))).toBe('PathNotAllowed'));
  test.for([
    ['an escaped slash', '/files/..%2fadmin'],
    ['an escaped slash in capitals', '/files/%2Fadmin'],
    ['an escaped backslash', '/files/..%5cadmin'],
    ['an escaped percent sign', '/files/%252e%252e/admin'],
    ['escaped dots', '/files/%2e%2e/admin'],
    ['an escaped letter', '/%69tems'],
    ['an escaped NUL', '/files/a%00'],
    ['an escaped line feed', '/files/a%0a'],
    ['parameters', '/files;a=b/c'],
    ['escaped parameters', '/files/..%3b/admin'],
    ['an empty segment', '/files//admin'],
    ['a dot segment', '/files/./admin'],
    ['a segment that goes up', '/files/../admin'],
    ['a segment that goes up at its end', '/files/..'],
    ['a segment of dots and spaces', '/files/..%20/admin'],
    ['a segment that ends in a dot', '/files/a.'],
    ['a backslash', '/files\\..\\admin'],
    ['a whole URL', '/files/https://evil.example.org/'],
    ['another authority', '//evil.example.org/items'],
    ['an at sign in place of the slash', '@evil.example.org/items'],
    ['a fragment', '/items#top'],
    ['a space', '/files/a b'],
    ['a character that is not ASCII', '/files/ä'],
    ['half an escape', '/files/%c'],
    ['bytes that are not UTF-8', '/files/%ff'],
    ['an overlong form of a slash', '/files/%c0%af'],
    ['a full-width slash', '/files/%EF%BC%8Fadmin'],
    ['a one dot leader', '/files/%E2%80%A4%E2%80%A4/admin'],
    ['letters in another normal form', '/files/e%CC%81'],
    ['a control character in UTF-8', '/files/%C2%85'],
    ['a query with a fragment', '/items?a=b#c'],
    ['a query with a space', '/items?a=b c'],
    ['a query with half an escape', '/items?a=%'],
    ['more than 8192 characters', `/files/${'a'.repeat(8_192)}`],
  ] as const)('with %s is refused', ([, target]) => {
    expect(reasonOf(decide(target))).toBe('PathNotCanonical');
  });

  test('that is accepted is read in the same way by a parser of URLs, and is its own canonical form', () => {
    const character = fc.constantFrom(
      'a',
      'B',
      '.',
      '/',
      '%',
      '2',
      'f',
      'e',
      '5',
      'c',
      ';',
      '\\',
      '?',
      '#',
      '@',
      ':',
      ' ',
      'ä',
      '~',
    );
    fc.assert(
      fc.property(fc.array(character, { maxLength: 12 }), (characters) => {
        const parsed = parseTarget(`/${characters.join('')}`);
        if ('problem' in parsed) return;
        const { path, query } = parsed.target;
        const url = new URL(`https://api.example.com${path}${query}`);
        expect([url.host, url.pathname, url.search]).toEqual([
          'api.example.com',
          path,
          query === '?' ? '' : query,
        ]);
        expect(parseTarget(`${path}${query}`)).toEqual(parsed);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('headers that Connection names are left out, whatever they are', () => {
  const headers = [
    'Connection',
    'Accept, keep-alive',
    'Accept',
    'a',
    'connection',
    'range',
    'Range',
    'bytes=0-',
    'User-Agent',
    'x',
  ];
  expect(decide('/items', { headers }).request?.headers).toEqual({ 'user-agent': 'x' });
});

test('an upstream whose credential the role does not have denies', () => {
  const broken = buildCallPolicy({ credentials: [], upstreams: [{ ...UPSTREAM, credential: 'gone' }] });
  const decision = decideUpstream(broken, {
    upstream: 'vendor',
    method: 'GET',
    target: '/items',
    headers: [],
  });
  expect([reasonOf(decision), decision.rule]).toEqual([
    'RuleUnusable',
    'spec.upstreams["vendor"].credential',
  ]);
});
