import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/lib/secret.ts';
import { type Attach, attachCredential } from '../../../src/policy/upstreams/attach-credential.ts';

const REQUEST = {
  method: 'GET',
  host: 'api.example.com',
  target: '/',
  headers: {},
  body: new Uint8Array(),
  now: 0,
};

const attach = (how: Attach, values: Readonly<Record<string, string>>) =>
  attachCredential(
    how,
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, new Secret(value)])),
    REQUEST,
  );

const BEARER: Attach = { type: 'Bearer' };
const HEADER: Attach = { type: 'Header', header: 'X-API-Key' };
const BASIC: Attach = { type: 'Basic' };
const AWS: Attach = { type: 'AWSSigV4', region: 'us-east-1', service: 's3' };
const CERTIFICATE: Attach = { type: 'ClientCertificate' };
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

describe('a credential', () => {
  test.for<[string, Attach, Readonly<Record<string, string>>, string, string]>([
    ['is a bearer token', BEARER, { value: 'sk-1' }, 'authorization', 'Bearer sk-1'],
    ['is a header of its own', HEADER, { value: 'token sk-1' }, 'x-api-key', 'token sk-1'],
    [
      'is a user name and a password',
      BASIC,
      { username: 'ann', password: 'p:w é' },
      'authorization',
      `Basic ${Buffer.from('ann:p:w é').toString('base64')}`,
    ],
    [
      'is both in one value',
      BASIC,
      { value: 'x-access-token:ghp' },
      'authorization',
      `Basic ${Buffer.from('x-access-token:ghp').toString('base64')}`,
    ],
  ])('%s', async ([, how, values, name, value]) => {
    const attached = await attach(how, values);
    if ('problem' in attached) throw new Error(attached.problem.required);
    expect(attached.removes).toEqual([name]);
    expect(Object.keys(attached.headers)).toEqual([name]);
    expect(attached.headers[name]?.reveal()).toBe(value);
  });
});

test('a client certificate is no header', async () => {
  const attached = await attach(CERTIFICATE, { certificate: 'PEM', privateKey: 'PEM' });
  expect(attached).toEqual({ headers: {}, removes: [] });
});

describe('a credential that cannot be attached', () => {
  const PRINTABLE = 'must be printable ASCII without spaces';
  test.for<[string, Attach, Readonly<Record<string, string>>, string | null, string]>([
    ['is empty', BEARER, { value: '' }, 'value', 'must not be empty'],
    ['ends in a line feed', BEARER, { value: 'sk-1\n' }, 'value', 'must not end in a line break'],
    ['ends in a carriage return', HEADER, { value: 'sk-1\r' }, 'value', 'must not end in a line break'],
    ['has a header in it', BEARER, { value: 'sk-1\r\nX-Admin: 1' }, 'value', PRINTABLE],
    ['has a NUL', BEARER, { value: 'sk\0-1' }, 'value', PRINTABLE],
    ['has a space', BEARER, { value: 'sk 1' }, 'value', PRINTABLE],
    ['has a letter that is not ASCII', BEARER, { value: 'sk-é' }, 'value', PRINTABLE],
    [
      'has a space at its end',
      HEADER,
      { value: 'sk-1 ' },
      'value',
      'must be printable ASCII without a space at either end',
    ],
    [
      'is too long for a header',
      BEARER,
      { value: 'a'.repeat(16_385) },
      'value',
      'must have at most 16384 characters',
    ],
    [
      'has a colon in the user name',
      BASIC,
      { username: 'a:b', password: 'c' },
      'username',
      'must be printable, without a colon',
    ],
    ['has a NUL in the password', BASIC, { username: 'a', password: 'b\0' }, 'password', 'must be printable'],
    [
      'has half of a surrogate pair in the password',
      BASIC,
      { username: 'a', password: '\ud800' },
      'password',
      'must be printable',
    ],
    [
      'is one value that is only a password',
      BASIC,
      { value: 'ghp' },
      'value',
      'must be printable, a user name and a password with a colon between them',
    ],
    [
      'has two values for one header',
      BEARER,
      { value: 'a', username: 'b' },
      null,
      'must be bound with one key',
    ],
    ['has no value', BEARER, {}, null, 'must be bound with one key'],
    [
      'has a user name alone',
      BASIC,
      { username: 'a' },
      null,
      'must be bound with username and password, or with one key that holds both',
    ],
    [
      'is one value where two are signed with',
      AWS,
      { value: 'a' },
      null,
      'must be bound with accessKeyId, secretAccessKey and perhaps sessionToken',
    ],
    [
      'has a line break in the key that signs',
      AWS,
      { ...KEYS, secretAccessKey: 'a\n' },
      'secretAccessKey',
      'must not end in a line break',
    ],
    [
      'has a comma in the id of the key',
      AWS,
      { ...KEYS, accessKeyId: 'AKID,Signature=0' },
      'accessKeyId',
      'must be 4 to 128 letters and digits',
    ],
    [
      'is a certificate without its key',
      CERTIFICATE,
      { certificate: 'PEM' },
      null,
      'must be bound with certificate and privateKey',
    ],
    [
      'is one value where a certificate and its key are presented',
      CERTIFICATE,
      { value: 'PEM' },
      null,
      'must be bound with certificate and privateKey',
    ],
    ['has an empty session token', AWS, { ...KEYS, sessionToken: '' }, 'sessionToken', 'must not be empty'],
    ...[
      'Host',
      'Content-Length',
      'Transfer-Encoding',
      'Connection',
      'Proxy-Authorization',
      'Sec-WebSocket-Protocol',
    ].map(
      (header) =>
        [
          `would be the header ${header}`,
          { type: 'Header', header },
          { value: 'a' },
          null,
          'must be attached by a header that is about the caller',
        ] as [string, Attach, Readonly<Record<string, string>>, null, string],
    ),
  ])('%s', async ([, how, values, value, required]) => {
    expect(await attach(how, values)).toEqual({ problem: { value, required } });
  });
});

const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

test('no value makes another header, or is in a problem', async () => {
  const how = fc.constantFrom(BEARER, HEADER, BASIC, AWS);
  const values = fc.record(
    { value: anyText, username: anyText, password: anyText, accessKeyId: anyText, secretAccessKey: anyText },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(how, values, async (one, given) => {
      const attached = await attach(one, given);
      if ('problem' in attached) {
        const { required, value } = attached.problem;
        expect(required).toMatch(/^must /);
        expect(value === null || Object.hasOwn(given, value)).toBe(true);
        return;
      }
      for (const header of Object.values(attached.headers)) {
        expect(header.reveal()).toMatch(/^[\x20-\x7e]+$/);
        expect(() => new Headers([['x', header.reveal()]])).not.toThrow();
      }
    }),
    { numRuns: 500 },
  );
});
