import { spawn, spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createClientHelloReader, MAX_HELLO_BYTES } from '../../../src/gateway/egress/client-hello.ts';
import { canRun } from '../../testbed/can-run.ts';
import { captureHello, helloOfNode } from './capture-hello.ts';
import { buildHello, recordsOf, SERVER_NAME, serverNames } from './build-hello.ts';

/** Pushes pieces until there is a result. */
function read(...pieces: Buffer[]) {
  const reader = createClientHelloReader();
  for (const piece of pieces) {
    const result = reader.push(piece);
    if (result !== null) return result;
  }
  return null;
}

const GOOD = { serverName: 'api.example.com', isEncrypted: false };

describe('a ClientHello of a real client', () => {
  test.each([
    ['TLS 1.3', { minVersion: 'TLSv1.3' }],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
    ['TLS 1.2 and 1.3 with protocols', { ALPNProtocols: ['h2', 'http/1.1'] }],
  ] as const)('of Node with %s is read, whole and cut at every byte', async (_name, options) => {
    const hello = await helloOfNode({ servername: 'api.example.com', ...options, ALPNProtocols: ['h2'] });
    expect(read(hello)).toEqual(GOOD);
    for (let cut = 1; cut < hello.length; cut += 1) {
      expect(read(hello.subarray(0, cut)), `the first ${cut} bytes`).toBeNull();
      expect(read(hello.subarray(0, cut), hello.subarray(cut)), `cut at ${cut}`).toEqual(GOOD);
    }
  });

  test('of Node to an address names no server', async () => {
    expect(read(await helloOfNode({}))).toEqual({ serverName: null, isEncrypted: false });
  });

  test.each([
    ['curl', ['-sk', '--connect-to', '::127.0.0.1:PORT', 'https://api.example.com/']],
    ['openssl', ['s_client', '-connect', '127.0.0.1:PORT', '-servername', 'API.Example.com']],
  ])('of %s is read', async (program, args) => {
    const isThere = spawnSync(program, ['--help']).error === undefined;
    if (!canRun(`ClientHellos of ${program}`, isThere ? null : `${program} is not installed`)) return;
    const hello = await captureHello((port) => {
      const run = spawn(
        program,
        args.map((argument) => argument.replace('PORT', `${port}`)),
      );
      return () => void run.kill();
    });
    expect(read(hello)).toEqual(GOOD);
  });
});

describe('a ClientHello', () => {
  let message: Buffer;
  beforeAll(() => {
    message = buildHello([SERVER_NAME, serverNames('api.example.com')], [0x002b, Buffer.from([2, 3, 4])]);
  });

  test('is read however records and packets cut it', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: message.length - 1 }), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, cuts, (records, packets) => {
        const bytes = Buffer.concat([recordsOf(message, records), Buffer.from('early data')]);
        const reader = createClientHelloReader();
        const pieces = split(bytes, packets);
        const results = pieces.map((piece) => ({ piece, result: reader.push(piece) }));
        const at = results.findIndex(({ result }) => result !== null);
        expect(results[at]?.result).toEqual(GOOD);
      }),
    );
  });

  test('is given back byte for byte', () => {
    const bytes = Buffer.concat([recordsOf(message, [7, 30]), Buffer.from('early data')]);
    const reader = createClientHelloReader();
    expect(reader.push(bytes.subarray(0, 20))).toBeNull();
    expect(reader.push(bytes.subarray(20))).toEqual(GOOD);
    expect(reader.received()).toEqual(bytes);
  });

  test('of single bytes in records of single bytes is read', () => {
    const bytes = recordsOf(
      message,
      Array.from({ length: message.length - 1 }, (_, index) => index + 1),
    );
    expect(
      read(
        ...split(
          bytes,
          Array.from({ length: bytes.length - 1 }, (_, index) => index + 1),
        ),
      ),
    ).toEqual(GOOD);
  });

  test.each([0xfe0d, 0xffce])('with the extension %i is encrypted in part', (type) => {
    const hello = buildHello([SERVER_NAME, serverNames('api.example.com')], [type, Buffer.from([0])]);
    expect(read(recordsOf(hello))).toEqual({ ...GOOD, isEncrypted: true });
  });

  test('without extensions names no server', () => {
    expect(read(recordsOf(buildHello()))).toEqual({ serverName: null, isEncrypted: false });
  });

  test.each<[string, Buffer, string]>([
    ['plain HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'it is not a TLS handshake'],
    ['SSH', Buffer.from('SSH-2.0-x\r\n'), 'it is not a TLS handshake'],
    ['an SSLv2 hello', Buffer.from([0x80, 0x2e, 1, 3, 1]), 'it is not a TLS handshake'],
    ['a version of records that is not 3', Buffer.from([22, 2, 0, 0, 5, 1]), 'its TLS record is malformed'],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0]), 'its TLS record is malformed'],
    ['a record that is too long', Buffer.from([22, 3, 1, 0x40, 1]), 'its TLS record is malformed'],
    ['a ServerHello', Buffer.from([22, 3, 1, 0, 1, 2]), 'its first message is not a ClientHello'],
    [
      'a message that is too long',
      Buffer.from([22, 3, 1, 0, 4, 1, 0, 0x80, 1]),
      `it is longer than ${MAX_HELLO_BYTES} bytes`,
    ],
    [
      'more than 32 KiB',
      recordsOf(buildHello([21, Buffer.alloc(32_800)]), [16_000, 32_000]),
      `it is longer than ${MAX_HELLO_BYTES} bytes`,
    ],
    [
      'a second message in its record',
      recordsOf(Buffer.concat([buildHello(), buildHello()])),
      'its record holds more than a ClientHello',
    ],
    [
      'an alert between its records',
      Buffer.from([22, 3, 1, 0, 2, 1, 0, 21, 3, 1, 0, 2, 1, 0]),
      'it is not a TLS handshake',
    ],
    [
      'the extension for the name twice',
      recordsOf(buildHello([SERVER_NAME, serverNames('a.example')], [SERVER_NAME, serverNames('b.example')])),
      'it has an extension twice',
    ],
    [
      'two names',
      recordsOf(buildHello([SERVER_NAME, serverNames('a.example', 'b.example')])),
      'it is longer than it says',
    ],
    [
      'no name in the list',
      recordsOf(buildHello([SERVER_NAME, serverNames()])),
      'it is shorter than it says',
    ],
    [
      'a name with a dot at the end',
      recordsOf(buildHello([SERVER_NAME, serverNames('a.example.')])),
      'its server name is not a host name',
    ],
    [
      'a name with NUL',
      recordsOf(buildHello([SERVER_NAME, serverNames('a.example\0.b')])),
      'its server name is not a host name',
    ],
    [
      'a name that is not ASCII',
      recordsOf(buildHello([SERVER_NAME, serverNames('ä.example')])),
      'its server name is not a host name',
    ],
    [
      'an empty name',
      recordsOf(buildHello([SERVER_NAME, serverNames('')])),
      'its server name is not a host name',
    ],
  ])('%s is refused', (_name, bytes, problem) => {
    expect(read(bytes)).toEqual({ problem });
  });

  test('of any bytes is a result or an open end, and never an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => read(recordsOf(Buffer.from([1, 0, 0, bytes.length, ...bytes])))).not.toThrow();
      }),
    );
  });

  test('with any byte changed is a result or an open end, and never an error', () => {
    const record = recordsOf(message);
    fc.assert(
      fc.property(fc.nat(record.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const changed = Buffer.from(record);
        changed[index] = (changed[index] ?? 0) ^ change;
        expect(() => read(changed)).not.toThrow();
      }),
    );
  });
});

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts)].filter((cut) => cut < bytes.length).sort((a, b) => a - b);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}
