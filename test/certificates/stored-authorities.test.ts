import { describe, expect, test } from 'vitest';
import {
  decodeAuthorities,
  encodeAuthorities,
  type StoredAuthorities,
} from '../../src/certificates/stored-authorities.ts';
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

/** Two secrets are equal to a matcher whatever they hold, so keys are compared as text. */
function revealed({ current, next, previous }: StoredAuthorities) {
  return {
    current: { ...current, privateKey: current.privateKey.reveal() },
    next: next && { ...next, privateKey: next.privateKey.reveal() },
    previous,
  };
}

describe('authorities in a Secret', () => {
  test.for([
    { current: first, next: null, previous: null },
    { current: first, next: second, previous: null },
    { current: second, next: null, previous: first.certificate },
  ])('are read back as they were written', (authorities) => {
    const decoded = decodeAuthorities(present(encodeAuthorities(authorities)), WHERE);
    expect(revealed(decoded!)).toEqual(revealed(authorities));
  });

  test('an empty Secret holds none', () => {
    expect(decodeAuthorities({}, WHERE)).toBeNull();
  });

  test.for([
    ['somebody else’s content', { password: 'eA==' }, 'ca.crt and ca.key'],
    ['a certificate without its key', { 'ca.crt': 'eA==' }, 'ca.crt and ca.key'],
    ['a certificate that is none', { 'ca.crt': 'eA==', 'ca.key': 'eA==' }, 'ca.crt; delete the Secret'],
  ] as const)('%s is a fault that names the object', ([, data, why]) => {
    expect(() => decodeAuthorities(data, WHERE)).toThrow(WHERE);
    expect(() => decodeAuthorities(data, WHERE)).toThrow(why);
  });
});
