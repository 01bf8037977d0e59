import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CREDENTIAL_PATTERN,
  findCredential,
  holdsNoCredential,
} from '../../../src/policy/admission/credential-shapes.ts';
import { CREDENTIAL_SHAPES } from '../../../src/policy/admission/credential-table.ts';
import {
  CREDENTIAL_EXAMPLES,
  CREDENTIAL_NEAR_MISSES,
  URLS_WITH_PASSWORD,
  URLS_WITHOUT_PASSWORD,
} from './credential-examples.ts';

// Put together here, so that no scanner takes this file for a leak.
const PRIVATE_KEY = ['PRIVATE', 'KEY'].join(' ');
const many = (characters: string, times: number) => characters.repeat(times);

/** What the expression of the policy says, with its own patterns, each as a regular expression of JavaScript. */
function findByPolicy(text: string): boolean {
  const patterns = [...holdsNoCredential('text').matchAll(/matches\(("(?:[^"\\]|\\.)*")\)/g)];
  const [privateKey, suspicious, again, word] = patterns.map(
    ([, literal = '']) => new RegExp(JSON.parse(literal)),
  );
  expect(again).toEqual(suspicious);
  const cleared = text
    .replaceAll('http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128', 'http://cloister-gateway:3128')
    .replaceAll(
      'https://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:8443',
      'https://cloister-gateway:8443',
    )
    .replaceAll('"', ' ')
    .replaceAll('\n', ' ')
    .split(' ');
  if (privateKey?.test(text)) return true;
  return !!suspicious?.test(text) && cleared.some((part) => suspicious.test(part) && !!word?.test(part));
}

describe('every published form', () => {
  test.for(CREDENTIAL_EXAMPLES)('of %s is known: %s', ([name, text]) => {
    expect(findCredential(text)).toBe(name);
    expect(findCredential(`--key=${text}`)).toBe(name);
    for (const around of [text, `--key=${text}`, `{"key":"${text}"}`, `a ${text}\nb`]) {
      expect(findByPolicy(around)).toBe(true);
    }
  });

  test('has an example, and every example a form', () => {
    const names = new Set(CREDENTIAL_EXAMPLES.map(([name]) => name));
    expect([...names, 'a URL with a password'].toSorted()).toEqual(
      [...new Set(CREDENTIAL_SHAPES.map(([name]) => name))].toSorted(),
    );
  });

  test.for(CREDENTIAL_NEAR_MISSES.map((text) => [text]))('is not seen in %j', ([text = '']) => {
    expect(findCredential(text)).toBeNull();
    expect(findByPolicy(text)).toBe(false);
  });
});

describe('a URL', () => {
  test.for(URLS_WITH_PASSWORD.map((text) => [text]))('with a password: %s', ([text = '']) => {
    expect(findCredential(text)).toBe('a URL with a password');
    expect(findByPolicy(text)).toBe(true);
  });

  test.for(URLS_WITHOUT_PASSWORD.map((text) => [text]))('without one: %s', ([text = '']) => {
    expect(findCredential(text)).toBeNull();
    expect(findByPolicy(text)).toBe(false);
  });
});

describe('findCredential', () => {
  test.for([
    ['a private key', `-----BEGIN ${PRIVATE_KEY}-----\nMIIE`],
    ['a private key', `-----BEGIN OPENSSH ${PRIVATE_KEY}-----`],
    ['a private key', `-----BEGIN PGP ${PRIVATE_KEY} BLOCK-----`],
    ['an API key of a model vendor', `sk-${many('Ab1', 16)}`],
    ['an API key of a model vendor', `sk-proj-${many('Ab_1-', 8)}`],
    ['an API key of a model vendor', `key: sk-ant-api03-${many('Ab1', 30)}`],
    ['a GitHub token', `ghp_${many('aB1c', 9)}`],
    ['a GitHub token', `https://github_pat_${many('aB1c', 10)}`],
    ['a GitLab token', `glpat-${many('aB1c', 5)}`],
    ['an AWS access key', `AKIA${many('A2B3', 4)}`],
    ['an AWS access key', `id=ASIA${many('ABCD', 4)};`],
    ['a Slack token', `xoxb-${many('12345-', 3)}`],
    ['a JSON Web Token', `Bearer eyJ${many('hbGci', 4)}.eyJ${many('zdWIi', 4)}.${many('c2ln', 4)}`],
    ['a Google API key', `AIza${many('Sy_b-', 7)}`],
    ['a Stripe key', `sk_live_${many('aB1c', 6)}`],
    ['an npm token', `npm_${many('aB1c', 9)}`],
    ['a PyPI token', `pypi-AgEIcHlwaS5vcmc${many('aB1c', 15)}`],
    ['a Hugging Face token', `hf_${many('aBcd', 9)}`],
    ['a Vault token', `hvs.${many('aB1c', 8)}`],
    ['an Azure storage key', `AccountName=a;AccountKey=${many('aB1/', 21)}aB==;`],
    ['a URL with a password', 'postgres://hermes:hunter2@db.example.com/x'],
    ['a URL with a password', 'redis://:hunter2@cache:6379'],
  ])('knows %s in %s', ([name, text = '']) => {
    expect(findCredential(text)).toBe(name);
    expect(findCredential(`before ${text} after`)).toBe(name);
  });

  test.for([
    [''],
    ['info'],
    ['sk-learn-pipeline-with-many-words'],
    ['risk-assessmentofsomethingverylong'],
    ['task-abcdefghijklmnopqrstuvwxyz'],
    ['-----BEGIN CERTIFICATE-----'],
    ['-----BEGIN PUBLIC KEY-----'],
    ['ghp_short'],
    ['AKIAlowercase12345678'],
    ['eyJhbGciOiJub25lIn0'],
    ['https://example.com:8443/path'],
    ['https://example.com/a:b@c'],
    ['mailto:someone@example.com'],
    ['http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128'],
    [`sha256:${many('ab', 32)}`],
    ['0f8fad5b-d9cd-469f-a165-70867728950e'],
  ])('finds none in %j', ([text = '']) => {
    expect(findCredential(text)).toBeNull();
  });

  test('is written in what JavaScript and RE2 share', () => {
    expect(CREDENTIAL_PATTERN).not.toMatch(/\(\?[=!<]|\\[sSdDwWpPkBuxc1-9]/);
  });

  test('finds exactly what the regular expression of the policy finds', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'sk-',
        'sk-proj-',
        'ghp_',
        'AKIA',
        'xoxb-',
        '.eyJ',
        '://',
        ':',
        '@',
        '$',
        '-----BEGIN ',
        'PRIVATE KEY',
        'sha256:',
        'AccountKey=',
        'Q~',
        '&sig=',
      ),
      fc.stringMatching(/^[A-Za-z0-9_-]{0,40}$/),
      fc.stringMatching(/^[A-Z2-7]{16}$/),
      fc.constantFrom(' ', '\n', '/', '"', '\u017f'),
    );
    const pattern = new RegExp(CREDENTIAL_PATTERN);
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        expect(findCredential(parts.join('')) !== null).toBe(pattern.test(parts.join('')));
        expect(findByPolicy(parts.join(''))).toBe(pattern.test(parts.join('')));
      }),
      { numRuns: 5000 },
    );
  });

  test('takes time in proportion to the text', () => {
    const hostile = [
      many('sk-', 30_000),
      many('eyJaaaaaaaa-', 100_000),
      many('://a:', 20_000),
      many('-----BEGIN A ', 9000),
    ];
    for (const text of hostile) expect(findCredential(text)).toBeNull();
  });
});
