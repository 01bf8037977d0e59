import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideFetch, urlOfCall } from '../../../src/policy/tools/decide-fetch.ts';
import { buildCallPolicy, TOOLS } from '../../build/call-policy.ts';

const { capabilities: _, ...search } = TOOLS.webSearch;
const policy = buildCallPolicy({
  tools: [
    TOOLS.webSearch,
    TOOLS.readFile,
    { ...search, name: 'submit', capabilities: ['net:http:post'] },
    { ...search, name: 'both', capabilities: ['net:http:post', 'net:http:get'] },
  ],
});

describe('a request', () => {
  test('that is allowed is the one that is sent', () => {
    const url = 'HTTPS://WWW.Example.com:443/a/../b?q=é#part';
    expect(decideFetch(policy, { tool: 'web_search', url, method: 'GET' })).toEqual({
      decision: { effect: 'Allow', exemptions: [] },
      rule: 'spec.tools["web_search"].domains[0].allow',
      level: 'Gateway',
      request: {
        method: 'GET',
        host: 'www.example.com',
        port: 443,
        target: '/b?q=%C3%A9',
        href: 'https://www.example.com/b?q=%C3%A9',
      },
    });
  });

  test.for<[string, string, string, string, string | null]>([
    [
      'of a tool with the capability net:http:post may be POST',
      'submit',
      'POST',
      'https://example.org/',
      null,
    ],
    ['of a tool with both capabilities may be GET', 'both', 'GET', 'https://example.org/', null],
    ['of a tool with both capabilities may be POST', 'both', 'POST', 'https://example.org/', null],
    [
      'may not be POST without its capability',
      'web_search',
      'POST',
      'https://example.org/',
      'MethodNotAllowed',
    ],
    ['may not be GET without its capability', 'submit', 'GET', 'https://example.org/', 'MethodNotAllowed'],
    ['may not be HEAD', 'both', 'HEAD', 'https://example.org/', 'MethodNotAllowed'],
    ['may not be DELETE', 'both', 'DELETE', 'https://example.org/', 'MethodNotAllowed'],
    ['may not be of a method in lower case', 'both', 'get', 'https://example.org/', 'MethodNotAllowed'],
    [
      'may not be of a method by a name of Object.prototype',
      'both',
      'constructor',
      'https://example.org/',
      'MethodNotAllowed',
    ],
    ['may not go to another host', 'both', 'GET', 'https://evil.example/', 'HostNotAllowed'],
    ['may not go to a denied host', 'both', 'GET', 'https://private.example.com/', 'HostNotAllowed'],
    ['may not go to an address', 'both', 'GET', 'https://169.254.169.254/latest', 'URLNotCanonical'],
    ['may not go over http', 'both', 'GET', 'http://example.org/', 'URLNotCanonical'],
    ['may not go to another port', 'both', 'GET', 'https://example.org:8443/', 'URLNotCanonical'],
    [
      'may not be made for a tool of another executor',
      'read_file',
      'GET',
      'https://example.org/',
      'ToolNotCarried',
    ],
    [
      'may not be made for a tool that does not exist',
      'toString',
      'GET',
      'https://example.org/',
      'ToolNotAllowed',
    ],
  ])('%s', ([, tool, method, url, reason]) => {
    const { decision, request } = decideFetch(policy, { tool, method, url });
    expect(decision.effect === 'Allow' ? null : decision.reason).toBe(reason);
    expect(request === undefined).toBe(reason !== null);
  });

  test('is denied where the sandbox does not keep the tool', () => {
    const call = { tool: 'web_search', url: 'https://example.org/', method: 'GET' };
    expect(decideFetch(policy, call, { tools: [], readOnlyPaths: [] })).toMatchObject({
      decision: { reason: 'ToolNotAllowed' },
    });
  });

  test('has no line feed, space or fragment in it, and is decided in the same way again', () => {
    const path = fc.string({
      unit: fc.constantFrom('/', '.', '..', '%2e', '%', 'é', '?', '#', '@', ':', 'a', "'", '|', '<'),
    });
    fc.assert(
      fc.property(fc.oneof(path, fc.webPath()), (rest) => {
        const call = { tool: 'web_search', url: `https://www.example.com/${rest}`, method: 'GET' };
        const { request } = decideFetch(policy, call);
        if (request === undefined) return;
        expect(request.target).toMatch(/^\/[!-~]*$/);
        expect(request.target).not.toContain('#');
        expect(decideFetch(policy, { ...call, url: request.href }).request).toEqual(request);
        const { hostname, pathname, search: query } = new URL(request.href);
        expect([hostname, `${pathname}${query}`]).toEqual([request.host, request.target]);
      }),
    );
  });

  test('is to the URL in the argument of the first rule about domains', () => {
    const tool = policy.tools.get('web_search')!;
    expect(urlOfCall(tool, { url: 'https://example.org/' })).toBe('https://example.org/');
    expect(urlOfCall(tool, { url: 1 })).toBeNull();
    expect(urlOfCall(policy.tools.get('read_file')!, { url: 'https://example.org/' })).toBeNull();
  });
});
