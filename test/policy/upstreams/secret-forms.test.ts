import { describe, expect, test } from 'vitest';
import { secretForms } from '../../../src/policy/upstreams/secret-forms.ts';

const ASCII = `k+e/y="<a'b>&c~d(e)*f!g h\\i`;
const UNICODE = 'pässwörd-with-ümläuts-€';

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const unit = (text: string): string => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`;
const json = (text: string, characters: RegExp): string => JSON.stringify(text).replaceAll(characters, unit);

/** Each writes a text as a server may, as the bytes that are sent. */
const WRITERS: readonly (readonly [string, (text: string) => string])[] = [
  ['as it is', utf8],
  ['in JSON', (text) => utf8(JSON.stringify(text))],
  ['in JSON of PHP', (text) => json(text, /[^\x20-\x7e]/g).replaceAll('/', '\\/')],
  ['in JSON of Go', (text) => utf8(json(text, /[<>&]/g))],
  ['in JSON of Gson', (text) => utf8(json(text, /[<>&=']/g))],
  ['in JSON of Python', (text) => json(text, /[^\x20-\x7e]/g)],
  [
    'in HTML',
    (text) =>
      utf8(
        text
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;')
          .replaceAll('"', '&quot;')
          .replaceAll("'", '&#39;'),
      ),
  ],
  ['as a component of a URL', encodeURIComponent],
  ['in a form', (text) => new URLSearchParams({ text }).toString().replaceAll('*', '%2A')],
  ['with each byte escaped', (text) => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&')],
  ['in hexadecimal digits', (text) => Buffer.from(text).toString('hex')],
  ['in base64', (text) => Buffer.from(text).toString('base64')],
  ['in base64 for URLs', (text) => Buffer.from(text).toString('base64url')],
  ['in base64 in a URL', (text) => encodeURIComponent(Buffer.from(text).toString('base64'))],
];

describe.for(WRITERS)('a secret %s', ([, write]) => {
  test.for([
    ['is found in a text', 0, ASCII],
    ['is found one character later', 1, ASCII],
    ['is found two characters later', 2, ASCII],
    ['is found when it is not ASCII', 0, UNICODE],
  ] as const)('%s', ([, before, secret]) => {
    const written = write(`${'.'.repeat(before)}${secret}.`);
    expect(secretForms(secret).some((form) => written.includes(form))).toBe(true);
  });

  test('is not found where there is another', () => {
    const written = write(`${ASCII.toUpperCase()} and more of it`);
    expect(secretForms(ASCII).filter((form) => written.includes(form))).toEqual([]);
  });
});

test('an ordinary key has few forms, and a short text none', () => {
  expect(secretForms('sk-proj-abcdefghijklmnopqrstuvwxyz_0123456789').length).toBeLessThan(10);
  expect(secretForms('secret')).toEqual([]);
});
