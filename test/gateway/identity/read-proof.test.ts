import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readProof } from '../../../src/gateway/identity/read-proof.ts';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const SECRET = 'k9-_'.repeat(11).slice(0, 43);
const GOOD = basic(`agent:${SECRET}`);
const TOKEN = 'eyJh.eyJz.c2ln';

describe('a proof is read from', () => {
  test.for([
    ['Proxy-Authorization with the proxy secret', 'Proxy-Authorization', GOOD, SECRET],
    ['Authorization with the proxy secret', 'authorization', GOOD.replace('Basic', 'bAsIc'), SECRET],
    ['Authorization with a token', 'Authorization', `Bearer ${TOKEN}`, TOKEN],
    ['Proxy-Authorization with a token', 'PROXY-AUTHORIZATION', `bearer  ${TOKEN}`, TOKEN],
    ['a secret with a colon', 'Authorization', basic('agent:a:b'), 'a:b'],
  ] as const)('%s', ([, name, value, shown]) => {
    const read = readProof(['Host', 'github.com:443', name, value, 'X-Last', '1']);
    if (!('proof' in read) || read.proof === null) throw new Error('there is a proof');
    const secret = read.proof.kind === 'Secret' ? read.proof.secret : read.proof.token;
    expect(secret.reveal()).toBe(shown);
    expect(read.rest).toEqual(['Host', 'github.com:443', 'X-Last', '1']);
    expect(inspect(read, { depth: 9 })).not.toContain(shown);
  });

  test('nothing else, whatever a header says of who calls', () => {
    const headers = ['X-Forwarded-For', '10.0.0.1', 'Forwarded', 'for=10.0.0.1', 'X-Cloister-Pod', 'agent'];
    expect(readProof(headers)).toEqual({ proof: null, rest: headers });
  });
});

describe('a proof is refused', () => {
  const one = (value: string): readonly string[] => ['Proxy-Authorization', value];
  test.for([
    ['that is there twice', [...one(GOOD), ...one(GOOD)]],
    ['that is in both headers', [...one(GOOD), 'Authorization', GOOD]],
    ['that is empty', one('')],
    ['of another scheme', one('Digest username="agent"')],
    ['without a scheme', one(SECRET)],
    ['of another user', one(basic(`root:${SECRET}`))],
    ['of a user in another case', one(basic(`Agent:${SECRET}`))],
    ['without a user', one(basic(`:${SECRET}`))],
    ['without a secret', one(basic('agent:'))],
    ['without a colon', one(basic('agent'))],
    ['with a space in the secret', one(basic('agent:a b'))],
    ['with NUL in the secret', one(basic('agent:a\0b'))],
    ['that is no UTF-8', one(`Basic ${Buffer.from([0x61, 0xff]).toString('base64')}`)],
    ['with bits that base64 leaves over', one('Basic YWdlbnQ6YR==')],
    ['with more after the base64', one(`${GOOD} x`)],
    ['joined by a comma', one(`${GOOD}, ${GOOD}`)],
    ['in the other alphabet of base64', one('Basic YWdlbnQ6Pz8_')],
    ['that is too long', one(basic(`agent:${'a'.repeat(257)}`))],
    ['whose token has two parts', one('Bearer a.b')],
    ['whose token has white space', one('Bearer a.b. c')],
    ['whose token is too long', one(`Bearer a.b.${'c'.repeat(8192)}`)],
  ] as const)('%s', ([, headers]) => {
    const read = readProof(headers);
    expect(read).toEqual({ problem: expect.any(String) });
    expect(JSON.stringify(read)).not.toContain(SECRET);
  });
});
