import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SecretSelection } from '../../../src/policy/upstreams/credential-values.ts';
import { readSecret } from '../../../src/policy/credentials/read-secret.ts';

const KEY = 'sk-this-is-the-key';
const ONE: SecretSelection = { key: 'api_key' };
const NAMED: SecretSelection = { keys: { username: 'user', password: 'word' } };

/** The values in clear, or the reason of the problem. */
function read(data: unknown, selection = ONE) {
  const found = readSecret(data, selection);
  if ('problem' in found) return found.problem.reason;
  const values = Object.entries(found.values).map(([name, secret]) => [name, secret.reveal()]);
  return { ...Object.fromEntries(values), seconds: found.ttlMilliseconds / 1000 };
}

describe('a secret', () => {
  test.each<[string, unknown, SecretSelection, object]>([
    ['has one value', { api_key: KEY }, ONE, { value: KEY, seconds: 900 }],
    ['has named values', { user: 'u', word: 'w' }, NAMED, { username: 'u', password: 'w', seconds: 900 }],
    ['has more keys than are bound', { api_key: KEY, other: 1 }, ONE, { value: KEY, seconds: 900 }],
    ['says seconds as a number', { api_key: KEY, ttl: 60 }, ONE, { value: KEY, seconds: 60 }],
    ['says seconds as a text', { api_key: KEY, ttl: '60' }, ONE, { value: KEY, seconds: 60 }],
    ['says minutes', { api_key: KEY, ttl: '1m30s' }, ONE, { value: KEY, seconds: 90 }],
    ['says more than is allowed', { api_key: KEY, ttl: '24h' }, ONE, { value: KEY, seconds: 900 }],
    ['is for one call', { api_key: KEY, ttl: 0 }, ONE, { value: KEY, seconds: 0 }],
    ['has line feeds, as keys in PEM do', { api_key: 'a\nb' }, ONE, { value: 'a\nb', seconds: 900 }],
  ])('that %s is read', (_title, data, selection, expected) => {
    expect(read(data, selection)).toEqual(expected);
  });

  test.each<[string, unknown, SecretSelection, string]>([
    ['has not the key', { other: KEY }, ONE, 'CredentialMissing'],
    ['has the key by inheritance alone', Object.create({ api_key: KEY }), ONE, 'CredentialMissing'],
    ['is asked for a key that every object has', {}, { key: 'constructor' }, 'CredentialMissing'],
    ['has half of the named values', { user: 'u' }, NAMED, 'CredentialMissing'],
    ['has a number for a key', { api_key: 7 }, ONE, 'CredentialUnusable'],
    ['has nothing for a key', { api_key: null }, ONE, 'CredentialUnusable'],
    ['has an empty value', { api_key: '' }, ONE, 'CredentialUnusable'],
    ['has a value that no header takes', { api_key: 'x'.repeat(16_385) }, ONE, 'CredentialUnusable'],
    ['is a text', KEY, ONE, 'CredentialUnusable'],
    ['is a list', [KEY], ONE, 'CredentialUnusable'],
    ['is bound without a key', { api_key: KEY }, {}, 'CredentialUnusable'],
    ['has a ttl in words', { api_key: KEY, ttl: 'soon' }, ONE, 'CredentialUnusable'],
    ['has a negative ttl', { api_key: KEY, ttl: -1 }, ONE, 'CredentialUnusable'],
    ['has a part of a second for a ttl', { api_key: KEY, ttl: 0.5 }, ONE, 'CredentialUnusable'],
    ['has an empty ttl', { api_key: KEY, ttl: '' }, ONE, 'CredentialUnusable'],
    ['has no ttl where it is written', { api_key: KEY, ttl: null }, ONE, 'CredentialUnusable'],
  ])('that %s is refused', (_title, data, selection, reason) => {
    expect(read(data, selection)).toBe(reason);
  });

  test('is in no problem, and not to be seen in what was read', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (ttl, other) => {
        const found = readSecret({ api_key: KEY, ttl, other }, ONE);
        expect(`${inspect(found, { depth: 9 })}${JSON.stringify(found)}`).not.toContain(KEY);
        if (!('problem' in found)) expect(found.ttlMilliseconds).toBeLessThanOrEqual(900_000);
      }),
    );
  });
});
