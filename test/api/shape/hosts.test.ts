import { isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baseURL, hostName, hostPattern } from '../../../src/api/shape/hosts.ts';

const accepts = (schema: { safeParse: (value: unknown) => { success: boolean } }, value: string): boolean =>
  schema.safeParse(value).success;

const label = fc.constantFrom(
  'a',
  'A',
  '1',
  '0x7f',
  '127',
  '-a',
  'a-',
  '*',
  'com',
  'xn--bcher-kva',
  '',
  '%31',
  'ı',
);
const hosts = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));

test('a host that is accepted is the very host that a URL parser sees, and no address', () => {
  fc.assert(
    fc.property(hosts, (host) => {
      if (!accepts(hostName(), host)) return;
      expect(new URL(`https://${host}`).hostname).toBe(host);
      expect(isIP(host)).toBe(0);
    }),
    { numRuns: 1000 },
  );
});

describe('a host pattern', () => {
  test.for(['example.com', '*.example.com', 'a.b.c.example.com', 'xn--bcher-kva.example', '1.example.com'])(
    'may be %j',
    (host) => expect(accepts(hostPattern(), host)).toBe(true),
  );

  test.for([
    '',
    '*',
    '*.com',
    '**.example.com',
    'a.*.com',
    '*a.example.com',
    '1.2.3.4',
    '0x7f.1',
    '1',
    'localhost',
  ])('cannot be %j', (host) => expect(accepts(hostPattern(), host)).toBe(false));

  test.for([
    'example.com.',
    '.example.com',
    'Example.com',
    'example.com:443',
    '[::1]',
    'ex ample.com',
    '-a.com',
    'a_b.com',
  ])('cannot be %j', (host) => expect(accepts(hostPattern(), host)).toBe(false));
});

describe('a base URL', () => {
  test.for(['https://api.example.com', 'https://mcp.tools.svc:8443/mcp', 'https://a.example/.well-known/x'])(
    'may be %j',
    (url) => {
      expect(accepts(baseURL(), url)).toBe(true);
      expect(new URL(url).href.replace(/\/$/, '')).toBe(url);
    },
  );

  test.for([
    'http://a.example',
    'https://a',
    'https://A.example',
    'https://1.2.3.4',
    'https://u:p@a.example',
    'https://a.example/',
  ])('cannot be %j', (url) => expect(accepts(baseURL(), url)).toBe(false));

  test.for([
    'https://a.example/../b',
    'https://a.example//b',
    'https://a.example/b?c',
    'https://a.example:0/b',
    'https://a.example/b%2F',
  ])('cannot be %j', (url) => expect(accepts(baseURL(), url)).toBe(false));
});
