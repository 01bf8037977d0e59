import { describe, expect, test } from 'vitest';
import type { CertificateFacts } from '../../src/certificates/certificate-facts.ts';
import { planRotation, type RotationState } from '../../src/certificates/rotation.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

const authority = (fingerprint: string, from: number): CertificateFacts => ({
  fingerprint,
  notBefore: from * DAY - HOUR,
  notAfter: (from + 365) * DAY,
});
const serving = (signedBy: string, from: number) => ({
  fingerprint: 'leaf',
  notBefore: from * DAY - HOUR,
  notAfter: (from + 90) * DAY,
  signedBy,
});
const A = authority('A', 0);
const B = authority('B', 244);

type Row = [name: string, day: number, state: RotationState, actions: string[]];

const state = (
  [current, next, previous]: (CertificateFacts | null)[],
  bundles: string[][],
  leaf: RotationState['serving'],
): RotationState => ({
  authorities: current ? { current, next: next ?? null, previous: previous ?? null } : null,
  bundles,
  serving: leaf,
});

const ROWS: Row[] = [
  ['the first replica starts', 0, state([], [], null), ['CreateAuthority']],
  [
    'an authority that no place trusts yet is published, and does not sign',
    0,
    state([A], [[], []], null),
    ['PublishBundle'],
  ],
  ['one of two places does not trust it yet', 0, state([A], [['A'], []], null), ['PublishBundle']],
  ['trusted everywhere, it signs', 0, state([A], [['A'], ['A']], null), ['IssueCertificate']],
  ['no place exists yet', 0, state([A], [], null), ['IssueCertificate']],
  ['all is well', 30, state([A], [['A']], serving('A', 0)), []],
  [
    'the serving certificate is past two thirds',
    61,
    state([A], [['A']], serving('A', 0)),
    ['IssueCertificate'],
  ],
  [
    'and is renewed also when an unknown authority is trusted',
    61,
    state([A], [['A', 'X']], serving('A', 0)),
    ['PublishBundle', 'IssueCertificate'],
  ],
  ['an unknown authority is trusted too', 30, state([A], [['A', 'X']], serving('A', 0)), ['PublishBundle']],
  ['the authority is past two thirds', 244, state([A], [['A']], serving('A', 240)), ['StageAuthority']],
  ['its successor is not published yet', 244, state([A, B], [['A']], serving('A', 240)), ['PublishBundle']],
  [
    'the successor waits to be seen by every API server',
    244.5,
    state([A, B], [['A', 'B']], serving('A', 240)),
    [],
  ],
  [
    'a new replica meanwhile signs with the old one',
    244.5,
    state([A, B], [['A', 'B']], null),
    ['IssueCertificate'],
  ],
  ['after a day it takes over', 245.1, state([A, B], [['A', 'B']], serving('A', 240)), ['PromoteAuthority']],
  [
    'but not where one place does not trust it',
    245.1,
    state([A, B], [['A', 'B'], ['A']], serving('A', 240)),
    ['PublishBundle'],
  ],
  [
    'then each replica takes a certificate from it',
    245.1,
    state([B, null, A], [['A', 'B']], serving('A', 240)),
    ['IssueCertificate'],
  ],
  ['the one before stays trusted', 300, state([B, null, A], [['A', 'B']], serving('B', 290)), []],
  ['until it expires', 365, state([B, null, A], [['A', 'B']], serving('B', 310)), ['RetireAuthority']],
  ['then it is removed from the bundle', 365, state([B], [['A', 'B']], serving('B', 310)), ['PublishBundle']],
  ['no replica ran for a year: start over', 366, state([A], [['A']], serving('A', 300)), ['CreateAuthority']],
  [
    'the authority expired while its successor waited',
    366,
    state([A, B], [['A', 'B']], serving('A', 300)),
    ['PromoteAuthority'],
  ],
  [
    'the authority was made by a clock that ran ahead: start over, or no verifier accepts it until then',
    0,
    state([B], [['B']], serving('B', 244)),
    ['CreateAuthority'],
  ],
  [
    'the serving certificate was made while the clock ran ahead',
    10,
    state([A], [['A']], serving('A', 30)),
    ['IssueCertificate'],
  ],
  [
    'a successor from the future is not waited for',
    245,
    state([A, authority('F', 300)], [['A', 'F']], serving('A', 240)),
    ['StageAuthority'],
  ],
  ['both expired', 700, state([A, B], [['A', 'B']], null), ['CreateAuthority']],
];

describe('a plan', () => {
  test.for(ROWS)('%s (day %d)', ([, day, given, actions]) => {
    expect(planRotation(given, day * DAY)).toEqual(actions);
  });
});
