import { gzipSync } from 'node:zlib';
import type { Ending } from './exchange.ts';

/** One bad request, with everything that is drawn for it. */
export interface BadRequest {
  readonly name: string;
  readonly server: 'proxy' | 'api';
  readonly bytes: Buffer;
  readonly ending: Ending;
}

export interface Draw {
  /** A whole number from 0 on, below `limit`. */
  below(limit: number): number;
  bytes(count: number): Buffer;
}

/** Makes the bytes of a request; `proof` is a whole header line or nothing. */
type Make = (proof: string, draw: Draw) => string | Buffer;

const HOST = 'allowed.example.com:443';
const CONNECT = `CONNECT ${HOST} HTTP/1.1\r\nHost: ${HOST}\r\n`;
const authority =
  (target: string): Make =>
  (proof) =>
    `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${proof}\r\n`;

const TO_PROXY: readonly (readonly [name: string, make: Make, ending?: Ending])[] = [
  [
    'a length beside an encoding',
    (proof) => `${CONNECT}${proof}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['two lengths', (proof) => `${CONNECT}${proof}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd`],
  ['a body', (proof) => `${CONNECT}${proof}Content-Length: 4\r\n\r\nabcd`],
  [
    'an encoding with a space before the colon',
    (proof) => `${CONNECT}${proof}Transfer-Encoding : chunked\r\n\r\n`,
  ],
  ['an encoding that is none', (proof) => `${CONNECT}${proof}Transfer-Encoding: xchunked\r\n\r\n`],
  ['a folded header', (proof) => `${CONNECT}${proof}X-A: b\r\n c\r\n\r\n`],
  ['bare line feeds', () => `CONNECT ${HOST} HTTP/1.1\nHost: ${HOST}\n\n`],
  ['a bare carriage return', (proof) => `${CONNECT}${proof}X-A: b\rX-B: c\r\n\r\n`],
  ['two hosts', (proof) => `${CONNECT}Host: evil.example.net:443\r\n${proof}\r\n`],
  [
    'another host than its target',
    (proof) => `CONNECT ${HOST} HTTP/1.1\r\nHost: evil.example.net:443\r\n${proof}\r\n`,
  ],
  [
    'a method override',
    (proof) => `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-HTTP-Method-Override: CONNECT\r\n${proof}\r\n`,
  ],
  [
    'plain HTTP',
    (proof) => `GET http://allowed.example.com/ HTTP/1.1\r\nHost: allowed.example.com\r\n${proof}\r\n`,
  ],
  ['HTTP/0.9', () => 'GET /\r\n\r\n'],
  ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['headers of 20 KiB', (proof) => `${CONNECT}${proof}X-A: ${'a'.repeat(20_480)}\r\n\r\n`],
  ['3,000 headers', (proof) => `${CONNECT}${proof}${'A: b\r\n'.repeat(3_000)}\r\n`],
  ['a NUL in a header', (proof) => `${CONNECT}${proof}X-A: a\0b\r\n\r\n`],
  [
    'invalid UTF-8 in its target',
    () => Buffer.from(`CONNECT \xFF\xFE.example.com:443 HTTP/1.1\r\n\r\n`, 'latin1'),
  ],
  [
    'a ClientHello',
    (_, draw) => Buffer.concat([Buffer.from('160301020001000001fc0303', 'hex'), draw.bytes(500)]),
  ],
  ['noise', (_, draw) => draw.bytes(1 + draw.below(2_000)), 'HalfClose'],
  [
    'noise behind a good beginning',
    (proof, draw) => Buffer.concat([Buffer.from(`${CONNECT}${proof}`), draw.bytes(300)]),
    'HalfClose',
  ],
  ['half of its headers', (proof, draw) => `${CONNECT}${proof}`.slice(0, 10 + draw.below(60)), 'HalfClose'],
  ['a reset in its headers', (proof, draw) => `${CONNECT}${proof}`.slice(0, 10 + draw.below(60)), 'Reset'],
  [
    'two proofs',
    (proof) =>
      `${CONNECT}${proof}${proof || 'Proxy-Authorization: Basic YTpi\r\n'}Proxy-Authorization: Basic YTpi\r\n\r\n`,
  ],
  ['a proof that is no Base64', () => `${CONNECT}Proxy-Authorization: Basic ***\r\n\r\n`],
  ['a secret of another', () => `${CONNECT}Proxy-Authorization: Basic YWdlbnQ6b3RoZXI=\r\n\r\n`],
  [
    'a header that says who it is',
    () => `${CONNECT}X-Forwarded-For: 127.0.0.10\r\nX-Cloister-Sandbox: agent-10\r\n\r\n`,
  ],
  ['a port that wraps', authority('allowed.example.com:65979')],
  ['a user in its target', authority('a@allowed.example.com:443')],
  ['a closing dot', authority('allowed.example.com.:443')],
  ['an address in octal', authority('0177.0.0.1:443')],
  ['an address as a number', authority('2130706433:443')],
  ['an address with a zone', authority('[fe80::1%25eth0]:443')],
  ['no host', authority(':443')],
  ['a target of 8 KiB', (proof) => `CONNECT ${'a.'.repeat(4_000)}com:443 HTTP/1.1\r\n${proof}\r\n`],
  [
    'no TLS in its tunnel',
    (proof) => `${CONNECT}${proof || 'X: y\r\n'}\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n`,
  ],
];

const post =
  (path: string, headers: string, body: string | Buffer): Make =>
  (proof) =>
    Buffer.concat([
      Buffer.from(
        `POST ${path} HTTP/1.1\r\nHost: cloister-gateway\r\n${proof}Connection: close\r\n${headers}\r\n`,
      ),
      Buffer.from(body),
    ]);
const json = (body: string | Buffer, more = '', path = '/v1/authorize'): Make =>
  post(path, `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}`, body);
const fetchOf = (host: string): Make =>
  json(
    JSON.stringify({ tool: 'search', arguments: { url: `https://${host}.example.com/` } }),
    '',
    '/v1/fetch',
  );
const CALL = '{"tool":"read_file","arguments":{"path":"/etc/passwd"}}';
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));

const TO_API: readonly (readonly [name: string, make: Make, ending?: Ending])[] = [
  [
    'a length beside an encoding',
    post(
      '/v1/authorize',
      'Content-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
    ),
  ],
  [
    'a request in its body',
    post(
      '/v1/authorize',
      'Content-Type: application/json\r\nContent-Length: 0\r\n',
      `POST /v1/fetch HTTP/1.1\r\n\r\n${CALL}`,
    ),
  ],
  ['two hosts', json(CALL, 'Host: other\r\n')],
  [
    'a method override',
    () =>
      'GET /v1/authorize HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-HTTP-Method-Override: POST\r\n\r\n',
  ],
  ['an unknown path', json(CALL, '', '/v1/authorize/../fetch')],
  ['a body that is no UTF-8', json(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
  ['a NUL in its body', json('{"tool":"read_file\0"}')],
  ['1,000 levels', json(`{"tool":"read_file","arguments":${'['.repeat(1_000)}${']'.repeat(1_000)}}`)],
  ['100,000 levels', json('['.repeat(100_000))],
  ['a key twice', json('{"tool":"read_file","tool":"x","arguments":{}}')],
  [
    'a key that changes objects',
    json('{"tool":"read_file","arguments":{"__proto__":{"path":"/data/reports"}}}'),
  ],
  ['a number that does not round-trip', json('{"tool":"read_file","arguments":{"path":1e999}}')],
  ['a batch', json(`[${CALL},${CALL}]`)],
  ['a zip bomb', json(BOMB, 'Content-Encoding: gzip\r\n')],
  ['a body of 300 KB', json(' '.repeat(300_000))],
  [
    'a length that is never reached',
    post('/v1/authorize', 'Content-Type: application/json\r\nContent-Length: 900\r\n', CALL),
    'HalfClose',
  ],
  [
    'a reset in its body',
    post('/v1/authorize', 'Content-Type: application/json\r\nContent-Length: 900\r\n', CALL),
    'Reset',
  ],
  [
    'a chunk size that overflows',
    post(
      '/v1/authorize',
      'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n',
      'FFFFFFFFFFFFFFFFF\r\n',
    ),
  ],
  ['a text that slow patterns love', json(`{"tool":"matched","arguments":{"text":"${'a'.repeat(5_000)}!"}}`)],
  ['a path that is denied', json(CALL)],
  ['a server that never answers', fetchOf('silent')],
  ['a server that answers noise', fetchOf('noise')],
  ['a server that resets in its body', fetchOf('reset')],
  ['a server with a zip bomb', fetchOf('bomb')],
  ['a server with endless headers', fetchOf('headers')],
  ['a server that lies about its length', fetchOf('short')],
  ['a server that sends to itself for ever', fetchOf('loop')],
];

const NAMES = { proxy: 'Proxy-Authorization', api: 'Authorization' } as const;

/** Every sort of bad request, once, in the order of the lists. `secret` null: from nobody. */
export function badRequests(secret: string | null, draw: Draw): readonly BadRequest[] {
  const all = (server: 'proxy' | 'api', rows: typeof TO_PROXY): BadRequest[] =>
    rows.map(([name, make, ending = 'Wait']) => {
      const proof = secret === null ? '' : `${NAMES[server]}: Basic ${btoa(`agent:${secret}`)}\r\n`;
      return { name: `${server}: ${name}`, server, bytes: Buffer.from(make(proof, draw)), ending };
    });
  return [...all('proxy', TO_PROXY), ...all('api', TO_API)];
}
