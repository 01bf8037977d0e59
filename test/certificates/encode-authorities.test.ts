import { describe, expect, test } from 'vitest';
import { decodeAuthorities, encodeAuthorities } from '../../src/certificates/encode-authorities.ts';
import { createCertificateAuthority } from '../../src/certificates/issue.ts';

const WHERE = 'Secret cloister-system/cloister-webhook-ca';
const first = await createCertificateAuthority(Date.now());
const second = await createCertificateAuthority(Date.now());

function present(data: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null)) as Record<
    string,
    string
  >;
}

describe('authorities in a Secret', () => {
  test.for([
    { current: first, next: null, previous: null },
    { current: first, next: second, previous: null },
    { current: second, next: null, previous: first.certificate },
  ])('are read back as they were written', (authorities) => {
    expect(decodeAuthorities(present(encodeAuthorities(authorities)), WHERE)).toEqual(authorities);
  });

  test('an empty Secret holds none', () => {
    expect(decodeAuthorities({}, WHERE)).toBeNull();
  });

  test.for([
    ['somebody else’s content', { password: 'eA==' }, 'ca.crt and ca.key'],
    ['a certificate without its key', { 'ca.crt': 'eA==' }, 'ca.crt and ca.key'],
    ['a certificate that is none', { 'ca.crt': 'eA==', 'ca.key': 'eA==' }, 'ca.crt; delete it'],
  ] as const)('%s is a fault that names the object', ([, data, why]) => {
    expect(() => decodeAuthorities(data, WHERE)).toThrow(WHERE);
    expect(() => decodeAuthorities(data, WHERE)).toThrow(why);
  });
});
