import { describe, expect, test } from 'vitest';
import { parseStrictJson } from '../../src/lib/strict-json.ts';
import { decideAddresses } from '../../src/policy/egress/decide-addresses.ts';
import { decideConnect } from '../../src/policy/egress/decide-connect.ts';
import { decideCall } from '../../src/policy/tools/decide-call.ts';
import { decideFetch } from '../../src/policy/tools/decide-fetch.ts';
import { buildCallPolicy, buildFullPolicy, TOOLS } from '../build/call-policy.ts';

/** What has been a hole somewhere: its advisory or issue, and the input that was let through there. */
type Attack = readonly [name: string, input: string];

const policy = await buildFullPolicy();
const network = buildCallPolicy({
  network: { allow: [{ host: 'api.example.com' }, { host: '*.example.org' }] },
});

describe('a CONNECT target is refused', () => {
  test.for<Attack>([
    ['CVE-2022-24825, a closing dot', 'api.example.com.:443'],
    ['CVE-2022-24825, another letter case', 'API.example.com:443'],
    ['CVE-2022-29188, brackets around a name', '[api.example.com]:443'],
    ['stripe/smokescreen#163, two pairs of brackets', '[[api.example.com]]:443'],
    ['a suffix that a name ends in without a dot', 'evilexample.org:443'],
    ['the name behind a wildcard itself', 'example.org:443'],
    ['a user before the host', 'api.example.com@evil.example.net:443'],
    ['a host before the user', 'evil.example.net:443@api.example.com:443'],
    ['two ports', 'api.example.com:443:80'],
    ['a port that wraps at 16 bits', 'api.example.com:65979'],
    ['a port with a leading zero', 'api.example.com:0443'],
    ['a port with a sign', 'api.example.com:+443'],
    ['a port in hexadecimal', 'api.example.com:0x1bb'],
    ['no port', 'api.example.com'],
    ['another port', 'api.example.com:22'],
    ['a URL', 'https://api.example.com:443'],
    ['a path', 'api.example.com:443/'],
    ['an escaped NUL', 'api.example.com%00.evil.example.net:443'],
    ['a NUL', 'api.example.com\0.evil.example.net:443'],
    ['a line of another request', 'api.example.com:443\r\nX: y'],
    ['a tab', 'api.example.com\t:443'],
    ['the loopback address', '127.0.0.1:443'],
    ['CVE-2023-42282, the loopback address in hexadecimal', '0x7f.1:443'],
    ['CVE-2024-29415, the loopback address cut short', '127.1:443'],
    ['CVE-2024-29415, the loopback address in octal', '0177.0.0.1:443'],
    ['indutny/node-ip#162, octal with more zeros', '017700000001:443'],
    ['the loopback address as one number', '2130706433:443'],
    ['the loopback address in circled digits', '①②⑦.⓪.⓪.①:443'],
    ['the loopback address with ideographic stops', '127。0。0。1:443'],
    ['every address', '0:443'],
    ['an IPv6 address', '[::1]:443'],
    ['a mapped IPv4 address', '[::ffff:169.254.169.254]:443'],
    ['an address with a zone', '[fe80::1%eth0]:443'],
    ['the metadata service by name', 'metadata.google.internal:443'],
    ['a confusable letter', 'аpi.example.com:443'],
    ['a full-width letter', 'ａpi.example.com:443'],
    ['a soft hyphen', 'api\u00AD.example.com:443'],
    ['a right-to-left override', 'api.example.com\u202E:443'],
  ])('%s', ([, authority]) => {
    const { decision, destination } = decideConnect(network, authority);
    expect(decision.effect).toBe('Deny');
    expect(destination).toBeUndefined();
  });
});

describe('a URL is refused', () => {
  test.for<Attack>([
    ['another scheme', 'http://www.example.com/'],
    ['a scheme that reads files', 'file:///etc/passwd'],
    ['a scheme within a scheme', 'jar:https://www.example.com!/'],
    ['a user that looks like the host', 'https://www.example.com@evil.example.net/'],
    ['a user with a password', 'https://a:b@www.example.com/'],
    ['a backslash that browsers turn', 'https://evil.example.net\\@www.example.com/'],
    ['a backslash before the path', 'https:\\\\www.example.com/'],
    ['a tab that parsers take out', 'https://www.exam\tple.com/'],
    ['a line feed in the path', 'https://www.example.com/\n'],
    ['a NUL', 'https://www.example.com\0.evil.example.net/'],
    ['an escaped dot in the host', 'https://www%2eexample.com/'],
    ['another port', 'https://www.example.com:8443/'],
    ['a port that wraps at 16 bits', 'https://www.example.com:65979/'],
    ['CVE-2022-24825, a closing dot', 'https://www.example.com./'],
    ['CVE-2022-24825, a closing dot at a denied host', 'https://private.example.com./'],
    ['a denied host in another letter case', 'https://PRIVATE.example.com/'],
    ['a denied host in full-width letters', 'https://ｐrivate.example.com/'],
    ['a host with ideographic stops', 'https://private。example。com/'],
    ['a suffix without a dot', 'https://evilexample.com/'],
    ['a host that begins with an allowed one', 'https://example.org.evil.example.net/'],
    ['an allowed host in the fragment', 'https://evil.example.net/#https://www.example.com/'],
    ['CVE-2024-29415, an address cut short', 'https://127.1/'],
    ['CVE-2023-42282, an address in hexadecimal', 'https://0x7f000001/'],
    ['an address as one number', 'https://2852039166/'],
    ['a mapped IPv4 address', 'https://[::ffff:a9fe:a9fe]/latest/meta-data/'],
    ['half a character', 'https://www.example.com/\uD800'],
    ['nothing after the scheme', 'https://'],
  ])('%s', ([, url]) => {
    const fetched = decideFetch(policy, { tool: 'web_search', url, method: 'GET' });
    expect(fetched.decision.effect).toBe('Deny');
    expect(fetched.request).toBeUndefined();
    expect(decideCall(policy, { tool: 'web_search', arguments: { url } }).decision.effect).toBe('Deny');
  });

  test.for(['POST', 'get', 'PUT', 'TRACE', 'CONNECT', 'GET '])(
    'the method %j, which the tool may not use',
    (method) => {
      const { decision } = decideFetch(policy, { tool: 'web_search', url: 'https://example.org/', method });
      expect(decision.effect).toBe('Deny');
    },
  );
});

describe('an answer of the DNS is refused', () => {
  test.for<Attack>([
    ['CVE-2025-8020, multicast', '224.0.0.1'],
    ['CVE-2025-8020, multicast of IPv6', 'ff02::1'],
    ['CVE-2024-29415, a mapped loopback address', '::ffff:127.0.0.1'],
    ['frenchbread/private-ip#31, the same in hexadecimal', '::ffff:7f00:1'],
    ['CVE-2024-29415, the loopback address cut short', '127.1'],
    ['CVE-2024-29415, the loopback address in octal', '0177.0.0.1'],
    ['stripe/smokescreen#265, carrier-grade NAT', '100.64.0.1'],
    ['stripe/smokescreen#277, NAT64', '64:ff9b::7f00:1'],
    ['stripe/smokescreen#277, 6to4', '2002:7f00:1::'],
    ['stripe/smokescreen#277, Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['NAT64 of a local operator (RFC 8215)', '64:ff9b:1::1'],
    ['a compatible IPv4 address', '::127.0.0.1'],
    ['this network', '0.1.2.3'],
    ['the protocol assignments', '192.0.0.1'],
    ['a benchmark network', '198.18.0.1'],
    ['a reserved block', '240.0.0.1'],
    ['the metadata service', '169.254.169.254'],
    ['the metadata service of IPv6', 'fd00:ec2::254'],
    ['the wire server of Azure', '168.63.129.16'],
    ['a site-local address', 'fec0::1'],
    ['a link-local address with a zone', 'fe80::1%eth0'],
    ['a block that IANA has given to nobody', '4000::1'],
    ['the discard-only block', '100::1'],
    ['the dummy prefix of RFC 9780', '100:0:0:1::1'],
    ['segment routing of RFC 9602', '5f00::1'],
    ['documentation of RFC 9637', '3fff::1'],
    ['a name', 'localhost'],
  ])('%s, also beside a good one', ([, address]) => {
    expect(decideAddresses([address], []).effect).toBe('Deny');
    expect(decideAddresses(['93.184.216.34', address], []).effect).toBe('Deny');
    expect(decideAddresses(['93.184.216.34'], []).effect).toBe('Allow');
  });
});

describe('a path is refused', () => {
  test.for<Attack>([
    ['CVE-2025-53110 (GHSA-hc55-p739-j48w), a sibling that begins alike', '/data/reports-evil/a'],
    ['GLips/Figma-Context-MCP#238, the same without a separator', '/data/reportsevil'],
    ['GHSA-vj76-c3g6-qr5v, out by dots', '/data/reports/../../etc/passwd'],
    ['dots at the end', '/data/reports/..'],
    ['out and in again', '/data/reports/../private/../reports/a'],
    ['a single dot, which hides a denied one', '/data/reports/./private/a'],
    ['an empty segment, which hides a denied one', '/data/reports//private/a'],
    ['a closing separator', '/data/reports/private/'],
    ['a denied one', '/data/reports/private/a'],
    ['a backslash', '/data/reports/..\\..\\etc'],
    ['escaped dots', '/data/reports/%2e%2e/%2e%2e/etc/passwd'],
    ['dots that are escaped twice', '/data/reports/%252e%252e/etc'],
    ['dots in an overlong encoding', '/data/reports/%c0%ae%c0%ae/etc'],
    ['dots escaped as browsers did', '/data/reports/%u002e%u002e/etc'],
    ['full-width dots', '/data/reports/．．/etc'],
    ['a two-dot leader', '/data/reports/‥/etc'],
    ['a full-width separator', '/data/reports／..／etc'],
    ['a NUL', '/data/reports/a\0/../../etc'],
    ['a home directory', '~/data/reports'],
    ['a relative path', 'data/reports/a'],
    ['a wildcard', '/data/reports/*'],
    ['a trailing dot', '/data/reports/private./a'],
    ['a trailing space', '/data/reports/private /a'],
    ['letters that are not composed', '/data/reports/e\u0301'],
    ['another letter case', '/data/Reports/a'],
    ['a line feed', '/data/reports/a\n'],
    ['half a character', '/data/reports/\uD800'],
    ['a URL', 'file:///data/reports/a'],
  ])('%s', ([, path]) => {
    expect(decideCall(policy, { tool: 'read_file', arguments: { path } }).decision.effect).toBe('Deny');
  });

  test('wonderwhy-er/DesktopCommanderMCP#420, what is denied goes with a folder that is deleted', () => {
    const call = { tool: 'remove_file', arguments: { target: { path: '/data/reports' } } };
    expect(decideCall(policy, call).decision.effect).toBe('Deny');
  });
});

describe('a statement is refused', () => {
  test.for<Attack>([
    ['GHSA-65hm-pwj5-73pw, a second statement after a SELECT', 'SELECT 1; DROP TABLE analytics.events'],
    ['GHSA-65hm-pwj5-73pw, a SELECT that writes', "SELECT lo_export(1, '/tmp/x')"],
    ['ericzakariasson/pg-mcp-server#3, behind a comment', '/* SELECT */ DROP TABLE analytics.events'],
    [
      'pgEdge/pgedge-postgres-mcp#196, out of a read-only transaction',
      'COMMIT; DROP SCHEMA analytics CASCADE',
    ],
    ['crystaldba/postgres-mcp#178, a function in FROM', "SELECT * FROM pg_read_file('/etc/passwd')"],
    ['a function by an escaped name', 'SELECT U&"\\0070g_read_file"(\'/etc/passwd\')'],
    [
      'awslabs/mcp#374, a DELETE in a WITH',
      'WITH x AS (DELETE FROM analytics.events RETURNING *) SELECT * FROM x',
    ],
    ['a comment instead of a space', 'DELETE/**/FROM analytics.events'],
    ['CVE-2019-9193, a program of the server', "COPY analytics.events FROM PROGRAM 'id'"],
    ['what is after a NUL', 'SELECT 1\0; DROP TABLE analytics.events'],
    ['a table that only a text names', "SELECT table_to_xml('secret.users', true, false, '')"],
    ['a statement in a text', "SELECT query_to_xml('DELETE FROM analytics.events', true, false, '')"],
    ['EXPLAIN that runs what it explains', 'EXPLAIN ANALYZE DELETE FROM analytics.events'],
    ['a schema with a dot in its name', 'SELECT * FROM "analytics.secret".users'],
    ['an operator of another schema', 'SELECT 1 OPERATOR(evil.+) 2'],
  ])('%s', ([, query]) => {
    expect(decideCall(policy, { tool: 'execute_sql', arguments: { query } }).decision.effect).toBe('Deny');
  });
});

describe('a call is refused', () => {
  test.for<Attack>([
    ['NVIDIA/OpenShell#2082 and stacklok/toolhive#5745, a batch', '[{"path":"/data/reports"}]'],
    ['docker/mcp-gateway#414, a key in another case', '{"path":"/data/reports","Path":"/etc"}'],
    ['a key that is there twice', '{"path":"/data/reports","path":"/etc"}'],
    ['a key that is escaped once', '{"path":"/data/reports","p\\u0061th":"/etc"}'],
    ['a key that changes what objects are', '{"path":"/data/reports","__proto__":{}}'],
    ['no arguments', 'null'],
    ['a list instead of a text', '{"path":["/data/reports","/etc"]}'],
    ['an object instead of a text', '{"path":{"toString":"/data/reports"}}'],
    ['nesting that exhausts the stack', `{"path":${'['.repeat(1000)}${']'.repeat(1000)}}`],
    ['half a character', '{"path":"/data/reports/\\ud800"}'],
    ['a number that does not round-trip', '{"path":"/data/reports","n":9007199254740993}'],
    ['text after the end', '{"path":"/data/reports"}{"path":"/etc"}'],
    ['a comment', '{"path":"/data/reports"/*,"path":"/etc"*/}'],
  ])('%s', ([, text]) => {
    const parsed = parseStrictJson(text);
    const isRefused =
      'problem' in parsed ||
      decideCall(policy, { tool: 'read_file', arguments: parsed.value }).decision.effect === 'Deny';
    expect(isRefused).toBe(true);
  });

  test('a pattern of a role that takes exponential time never runs: the tool cannot be used', () => {
    const properties = { a: { type: 'string', pattern: '^(a+)+$' } };
    const slow = { ...TOOLS.removeFile, name: 'slow', paths: [], arguments: { type: 'object', properties } };
    const patterned = buildCallPolicy({ tools: [slow] });
    const { decision } = decideCall(patterned, { tool: 'slow', arguments: { a: `${'a'.repeat(40)}!` } });
    expect(decision).toMatchObject({ effect: 'Deny', reason: 'RuleUnusable' });
  });
});
