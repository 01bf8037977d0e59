import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesHost, patternsOf } from '../../../src/policy/egress/match-host.ts';
import { parseAuthority } from '../../../src/policy/egress/parse-authority.ts';
import { parseFetchURL } from '../../../src/policy/egress/parse-fetch-url.ts';
import { parseHost } from '../../../src/policy/egress/parse-host.ts';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/);
const host = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/))
  .map(([labels, top]) => [...labels, top].join('.'))
  .filter((text) => 'host' in parseHost(text));

describe('a host', () => {
  test.for([
    'example.com',
    'a.b.c.example.com',
    'xn--bcher-kva.example',
    'example.xn--p1ai',
    '127.0.0.1.nip.io',
    '0x7f.example',
    '1.2.3.4.com',
    `${'a'.repeat(63)}.com`,
  ])('%s is canonical', (text) => {
    expect(parseHost(text)).toEqual({ host: text });
  });

  test.for<[string, string, RegExp]>([
    ['nothing', '', /must not be empty/],
    ['one label', 'localhost', /two labels/],
    ['upper case', 'Example.com', /lower case/],
    ['a trailing dot (CVE-2022-24825)', 'example.com.', /end in a dot/],
    ['two trailing dots', 'example.com..', /end in a dot/],
    ['a leading dot', '.example.com', /two labels/],
    ['an empty label', 'a..example.com', /two labels/],
    ['brackets around a name (CVE-2022-29188)', '[example.com]', /addresses are refused/],
    ['two brackets', '[[example.com]]', /addresses are refused/],
    ['an IPv4 address', '127.0.0.1', /end in a number/],
    ['a decimal IPv4 address', '2130706433', /end in a number/],
    ['a hexadecimal IPv4 address', '0x7f000001', /end in a number/],
    ['an IPv4 address with a hexadecimal part', '127.0.0.0x1', /end in a number/],
    ['a hexadecimal prefix without digits', 'a.0x', /end in a number/],
    ['an octal IPv4 address', '0177.0.0.1', /end in a number/],
    ['a shortened IPv4 address', '127.1', /end in a number/],
    ['a name that ends in a number', 'foo.example.5', /end in a number/],
    ['a name that ends in digits and letters', 'foo.1com', /end in a number/],
    ['an IPv4 address with a trailing dot', '127.0.0.1.', /end in a dot/],
    ['an IPv4 address in circled digits', '①②⑦.⓪.⓪.①', /ASCII/],
    ['an IPv6 address', '::1', /addresses are refused/],
    ['an IPv6 address in brackets', '[::1]', /addresses are refused/],
    ['an IPv6 address with a zone', 'fe80::1%eth0', /zone/],
    ['an escape', 'ex%61mple.com', /"%"/],
    ['an escaped NUL', 'example.com%00', /"%"/],
    ['a user', 'user@example.com', /no user/],
    ['a NUL', 'example.com\0', /control characters/],
    ['a line feed', 'example.com\n', /control characters/],
    ['a space', 'example .com', /spaces/],
    ['letters of another alphabet', 'bücher.example', /ASCII/],
    ['Cyrillic letters that look like Latin ones', 'еxample.com', /ASCII/],
    ['full-width dots', '127。0。0。1', /end in a number/],
    ['a soft hyphen', 'exam\u00ADple.com', /ASCII/],
    ['punycode that decodes to nothing', 'xn--.example', /two labels/],
    ['punycode of ASCII', 'xn--example-.com', /two labels/],
    ['an underscore', 'a_b.example.com', /two labels/],
    ['a hyphen at the start of a label', '-a.example.com', /two labels/],
    ['a wildcard', '*.example.com', /two labels/],
    ['a label of 64 characters', `${'a'.repeat(64)}.com`, /two labels/],
    ['254 characters', `${'a.'.repeat(125)}comm`, /at most 253/],
    ['a URL', 'https://example.com', /addresses are refused/],
    ['a path', 'example.com/a', /two labels/],
  ])('%s is refused', ([, text, required]) => {
    expect(parseHost(text)).toMatchObject({ problem: { required: expect.stringMatching(required) } });
  });

  test('that is canonical is so again, and for the URL parser too', () => {
    fc.assert(
      fc.property(fc.oneof(host, fc.domain(), fc.webAuthority(), fc.string()), (text) => {
        const parsed = parseHost(text);
        fc.pre('host' in parsed);
        expect(parsed).toEqual({ host: text });
        expect(new URL(`https://${text}/`).host).toBe(text);
      }),
    );
  });

  test('of any URL is canonical, or is refused', () => {
    const letters = fc.string({
      unit: fc.constantFrom('a', 'B', 'é', 'ß', '。', '.', '1', '٣', '⑦', 'xn--', '\u200D', '-', '%41'),
    });
    fc.assert(
      fc.property(letters, (name) => {
        const parsed = parseFetchURL(`https://${name}.example.com/`);
        fc.pre('url' in parsed);
        const { url } = parsed as { url: { host: string; href: string } };
        expect(parseHost(url.host)).toEqual({ host: url.host });
        expect(parseFetchURL(url.href)).toEqual(parsed);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the target of a CONNECT', () => {
  test.for([
    ['example.com:443', 443],
    ['example.com:1', 1],
    ['example.com:65535', 65_535],
  ] as const)('%s is read', ([text, port]) => {
    expect(parseAuthority(text)).toEqual({ host: 'example.com', port });
  });

  test.for<[string, string, RegExp]>([
    ['without a port', 'example.com', /a colon and a port/],
    ['with an empty port', 'example.com:', /from 1 to 65535/],
    ['with port 0', 'example.com:0', /from 1 to 65535/],
    ['with a port out of range', 'example.com:65536', /from 1 to 65535/],
    ['with a port that wraps to 443', 'example.com:65979', /from 1 to 65535/],
    ['with a port of many digits', 'example.com:4294967739', /from 1 to 65535/],
    ['with a leading zero in the port', 'example.com:0443', /from 1 to 65535/],
    ['with a sign before the port', 'example.com:+443', /from 1 to 65535/],
    ['with a hexadecimal port', 'example.com:0x1bb', /from 1 to 65535/],
    ['with digits of another alphabet', 'example.com:٤٤٣', /from 1 to 65535/],
    ['with a space behind the port', 'example.com:443 ', /from 1 to 65535/],
    ['with a line feed behind the port', 'example.com:443\n', /from 1 to 65535/],
    ['with two ports', 'example.com:443:80', /addresses are refused/],
    ['with a path', 'example.com:443/a', /from 1 to 65535/],
    ['with a scheme', 'https://example.com:443', /must be a host, a colon and a port/],
    ['with a user', 'user@example.com:443', /no user/],
    ['with a user and a password', 'user:secret@example.com:443', /no user/],
    ['with a user behind the port', 'example.com:443@evil.example:443', /no user/],
    ['with a trailing dot', 'example.com.:443', /end in a dot/],
    ['of an IPv6 address', '[::1]:443', /addresses are refused/],
    ['of an IPv6 address without a port', '[::1]', /addresses are refused/],
    ['of an IPv4-mapped IPv6 address', '[::ffff:169.254.169.254]:443', /addresses are refused/],
    ['of an IPv4 address', '169.254.169.254:443', /end in a number/],
    ['with an escape', 'a%00b.example:443', /"%"/],
    ['in upper case', 'EXAMPLE.COM:443', /lower case/],
    ['of nothing', '', /must not be empty/],
    ['of a port only', ':443', /must not be empty/],
  ])('%s is refused', ([, text, required]) => {
    expect(parseAuthority(text)).toMatchObject({ problem: { required: expect.stringMatching(required) } });
  });

  test('is the host and the port that were written, whatever is read', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.tuple(host, fc.nat(70_000)).map(([name, port]) => `${name}:${port}`),
          fc.string(),
        ),
        (text) => {
          const parsed = parseAuthority(text);
          fc.pre('host' in parsed);
          const { host: name, port } = parsed as { host: string; port: number };
          expect(`${name}:${port}`).toBe(text);
        },
      ),
    );
  });
});

describe('the URL of a request', () => {
  test.for([
    ['https://example.com', 'example.com', '/'],
    ['HTTPS://EXAMPLE.com:443/a?b=c#d', 'example.com', '/a?b=c'],
    ['https://example.com/a/../b', 'example.com', '/b'],
    ['https://example.com/ü?q=é', 'example.com', '/%C3%BC?q=%C3%A9'],
    ['https://bücher.example/', 'xn--bcher-kva.example', '/'],
    ['https://еxample.com/', 'xn--xample-2of.com', '/'],
    ['https://faß.example/', 'xn--fa-hia.example', '/'],
    ['https://example。com/', 'example.com', '/'],
    ['https://example.com?@evil.example', 'example.com', '/?@evil.example'],
    ['https://example.com/@evil.example:80', 'example.com', '/@evil.example:80'],
  ] as const)('%s is %s and %s', ([text, name, target]) => {
    expect(parseFetchURL(text)).toEqual({ url: { host: name, target, href: `https://${name}${target}` } });
  });

  test.for<[string, string, RegExp]>([
    ['without a scheme', 'example.com', /https:\/\//],
    ['with http', 'http://example.com/', /https:\/\//],
    ['with another scheme', 'file:///etc/passwd', /https:\/\//],
    ['with one slash', 'https:/example.com/', /https:\/\//],
    ['without slashes', 'https:example.com', /https:\/\//],
    ['without a host', 'https:///', /must be a URL|empty/],
    ['with a user', 'https://user@example.com/', /no user/],
    ['with an empty user', 'https://@example.com/', /no user/],
    ['with a user that looks like the host', 'https://example.com@evil.example/', /no user/],
    ['with a password', 'https://a:b@example.com/', /no user/],
    ['with port 80', 'https://example.com:80/', /no port but 443/],
    ['with an empty port', 'https://example.com:/', /no port but 443/],
    ['with a leading zero in the port', 'https://example.com:0443/', /no port but 443/],
    ['with a port that wraps to 443', 'https://example.com:65979/', /no port but 443/],
    ['with a backslash', 'https://example.com\\@evil.example/', /backslashes/],
    ['with a tab in the host', 'https://exam\tple.com/', /control characters/],
    ['with a line feed at the end', 'https://example.com/\n', /control characters/],
    ['with a space before it', ' https://example.com/', /spaces/],
    ['with a NUL', 'https://example.com/\0', /control characters/],
    ['with an escape in the host', 'https://ex%61mple.com/', /"%"/],
    ['with half of a surrogate pair', 'https://example.com/\ud800', /control characters/],
    ['with an IPv4 address', 'https://127.0.0.1/', /end in a number/],
    ['with a decimal IPv4 address', 'https://2130706433/', /end in a number/],
    ['with a hexadecimal IPv4 address', 'https://0x7f.1/', /end in a number/],
    ['with an octal IPv4 address', 'https://0177.0.0.1/', /end in a number/],
    ['with an IPv4 address in circled digits', 'https://①②⑦.⓪.⓪.①/', /end in a number/],
    ['with an IPv4 address with full-width dots', 'https://127。0。0。1/', /end in a number/],
    ['with an IPv6 address', 'https://[::1]/', /addresses are refused/],
    ['with an IPv4-mapped IPv6 address', 'https://[::ffff:a9fe:a9fe]/', /addresses are refused/],
    ['with a zone', 'https://[fe80::1%25eth0]/', /"%"/],
    ['with a trailing dot', 'https://example.com./', /end in a dot/],
    ['with a host of one label', 'https://localhost/', /two labels/],
    ['of 8,193 characters', `https://example.com/${'a'.repeat(8173)}`, /at most 8192/],
  ])('%s is refused', ([, text, required]) => {
    expect(parseFetchURL(text)).toMatchObject({ problem: { required: expect.stringMatching(required) } });
  });
});

describe('a pattern of hosts', () => {
  test.for<[string, string, boolean]>([
    ['example.com', 'example.com', true],
    ['example.com', 'www.example.com', false],
    ['example.com', 'badexample.com', false],
    ['*.example.com', 'www.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'badexample.com', false],
    ['*.example.com', 'www.example.com.evil.example', false],
  ])('%s for %s: %s', ([pattern, name, isMatch]) => {
    expect(matchesHost(pattern, name)).toBe(isMatch);
    expect(patternsOf(name).includes(pattern)).toBe(isMatch);
  });

  test('is in the list of a host where it matches, the most specific first', () => {
    expect(patternsOf('a.b.example.com')).toEqual([
      'a.b.example.com',
      '*.b.example.com',
      '*.example.com',
      '*.com',
    ]);
    fc.assert(
      fc.property(host, host, (name, other) => {
        for (const pattern of patternsOf(name)) expect(matchesHost(pattern, name)).toBe(true);
        for (const pattern of patternsOf(other)) {
          expect(patternsOf(name).includes(pattern)).toBe(matchesHost(pattern, name));
        }
      }),
    );
  });
});
