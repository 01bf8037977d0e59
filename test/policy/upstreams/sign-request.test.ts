import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/lib/secret.ts';
import { attachCredential, type SignedRequest } from '../../../src/policy/upstreams/attach-credential.ts';

// The credentials of AWS's test suite for version 4 of its signatures. They open nothing.
const SUITE: Readonly<Record<string, Secret>> = {
  accessKeyId: new Secret('AKIDEXAMPLE'),
  secretAccessKey: new Secret('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
};
const SUITE_TOKEN = new Secret(
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==',
);
const suite: SignedRequest = {
  method: 'GET',
  host: 'example.amazonaws.com',
  target: '/',
  headers: {},
  body: new Uint8Array(),
  now: Date.UTC(2015, 7, 30, 12, 36, 0),
};
const form = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new TextEncoder().encode('Param1=value1'),
};
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ONCE = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

async function sign(
  request: SignedRequest,
  { service = 'service', values = SUITE } = {},
): Promise<Record<string, string>> {
  const attached = await attachCredential(
    { type: 'AWSSigV4', region: 'us-east-1', service },
    values,
    request,
  );
  if ('problem' in attached) throw new Error(attached.problem.required);
  return Object.fromEntries(Object.entries(attached.headers).map(([name, value]) => [name, value.reveal()]));
}

describe('a request that AWS has published the signature of', () => {
  test.for<[string, Partial<SignedRequest>, string]>([
    ['get-vanilla', {}, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['post-vanilla', { method: 'POST' }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'get-vanilla-query-order-key-case',
      { target: '/?Param2=value2&Param1=value1' },
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-vanilla-query-unreserved',
      { target: `/?${ONCE}=${ONCE}` },
      '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
    ],
    [
      'get-unreserved',
      { target: `/${ONCE}` },
      '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    ],
    ['post-x-www-form-urlencoded', form, 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a'],
  ])('%s', async ([, given, signature]) => {
    const { authorization } = await sign({ ...suite, ...given });
    expect(authorization).toContain(`Signature=${signature}`);
  });

  test('post-sts-header-before', async () => {
    const headers = await sign(
      { ...suite, method: 'POST' },
      { values: { ...SUITE, sessionToken: SUITE_TOKEN } },
    );
    expect(headers).toEqual({
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        'SignedHeaders=host;x-amz-date;x-amz-security-token, ' +
        'Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
      'x-amz-date': '20150830T123600Z',
      'x-amz-security-token': SUITE_TOKEN.reveal(),
    });
  });
});

describe('a request for storage that AWS has published the signature of', () => {
  const values = {
    accessKeyId: new Secret('AKIAIOSFODNN7EXAMPLE'),
    secretAccessKey: new Secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
  };
  const storage = { ...suite, host: 'examplebucket.s3.amazonaws.com', now: Date.UTC(2013, 4, 24) };

  test.for<[string, Partial<SignedRequest>, string]>([
    [
      'gets a part of an object',
      { target: '/test.txt', headers: { range: 'bytes=0-9' } },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'gets a setting by a parameter without a value',
      { target: '/?lifecycle' },
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'lists objects',
      { target: '/?max-keys=2&prefix=J' },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('%s', async ([, given, signature]) => {
    const { authorization } = await sign({ ...storage, ...given }, { service: 's3', values });
    expect(authorization).toContain(`Signature=${signature}`);
  });
});

describe('a request that is signed as botocore signs it', () => {
  const target = '/a%20b/%C3%A9';
  const call = {
    method: 'POST',
    host: 'dynamodb.us-east-1.amazonaws.com',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.ListTables' },
    body: new TextEncoder().encode('{}'),
  };
  test.for<[string, string, Partial<SignedRequest>, string]>([
    [
      'has a path that is escaped twice',
      'service',
      { target },
      '7feef237926f4f33385aeec1d53d9d5ccf4ca66c7ac2692f357a3e78ff85c310',
    ],
    [
      'has a path of storage, which is escaped once',
      's3',
      { target },
      '0dc2f818047cd2dfc2e48bdd138f5ed3cfd01c0afc10918a10d22ff8ec6f0b6f',
    ],
    [
      'has headers of the service',
      'dynamodb',
      call,
      '75214f17608dbd636679e18f6f89744844ae96fcd228b8147167152488d817de',
    ],
  ])('%s', async ([, service, given, signature]) => {
    const { authorization } = await sign({ ...suite, ...given }, { service });
    expect(authorization).toContain(`Signature=${signature}`);
  });
});

describe('what the agent has signed with another key', () => {
  const forged = {
    authorization: 'AWS4-HMAC-SHA256 Credential=AKIAAGENT/20150830/us-east-1/service/aws4_request',
    date: 'Sun, 30 Aug 2015 12:36:00 GMT',
    'x-amz-date': '20140101T000000Z',
    'x-amz-security-token': 'agent',
    'x-amz-content-sha256': '0'.repeat(64),
  };

  test('counts for nothing, and is taken away', async () => {
    const attached = await attachCredential(
      { type: 'AWSSigV4', region: 'us-east-1', service: 'service' },
      SUITE,
      { ...suite, headers: forged },
    );
    expect(await sign({ ...suite, headers: forged })).toEqual(await sign(suite));
    expect(attached).toMatchObject({ removes: expect.arrayContaining(Object.keys(forged)) });
  });

  test.for<[string, string, string, Uint8Array | undefined, string]>([
    ['stands for a body that is sent as it comes', 's3', 'f'.repeat(64), undefined, 'f'.repeat(64)],
    ['does not stand for a body that is held', 's3', 'f'.repeat(64), new Uint8Array(), EMPTY_HASH],
    ['may say that the body is not signed', 's3', 'UNSIGNED-PAYLOAD', new Uint8Array(), 'UNSIGNED-PAYLOAD'],
    [
      'may say that a checksum follows the body',
      's3',
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      undefined,
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    ],
    ['is no hash: the body is not signed', 's3', 'anything', undefined, 'UNSIGNED-PAYLOAD'],
  ])('a hash that %s', async ([, service, said, body, sent]) => {
    const headers = { 'x-amz-content-sha256': said };
    const signed = await sign({ ...suite, headers, body }, { service });
    expect(signed['x-amz-content-sha256']).toBe(sent);
  });
});

describe('a request that cannot be signed', () => {
  const STREAMED = { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
  test.for<[string, string, Partial<SignedRequest>, string]>([
    [
      'has a body that nobody holds',
      'dynamodb',
      { body: undefined },
      'must have a body that the gateway holds',
    ],
    [
      'has chunks that are signed by the agent',
      's3',
      { headers: STREAMED },
      'must have a body whose chunks are not signed one by one',
    ],
    [
      'has a plus in its query',
      's3',
      { target: '/?a=b+c' },
      'must have a query in which every "%" and "+" is escaped',
    ],
    [
      'has an escape that is cut short',
      's3',
      { target: '/?a=%2' },
      'must have a query in which every "%" and "+" is escaped',
    ],
    [
      'has a signature in its query',
      's3',
      { target: '/?X-Amz-Signature=00' },
      'must not be signed in its query',
    ],
    [
      'has a token in its query',
      's3',
      { target: '/?x-amz-security-token=00' },
      'must not be signed in its query',
    ],
    [
      'has the prototype of objects in its query',
      's3',
      { target: '/?__proto__=1' },
      'must not have a query with "__proto__"',
    ],
  ])('%s', async ([, service, given, required]) => {
    const attach = { type: 'AWSSigV4', region: 'us-east-1', service } as const;
    expect(await attachCredential(attach, SUITE, { ...suite, ...given })).toEqual({
      problem: { value: null, required },
    });
  });
});
