import { describe, expect, test } from 'vitest';
import { applyExemptions } from '../../../src/policy/admission/apply-exemptions.ts';
import type { Violation } from '../../../src/policy/decision.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import type { Exemption } from '../../../src/policy/tenants/tenant-policy.ts';
import { buildPod, DIGEST, START_GATE_DIGEST } from '../../build/pod.ts';

const violation = (check: string): Violation => ({
  check,
  container: null,
  field: 'spec',
  found: 'x',
  required: 'y',
  fix: 'z',
});

const EXEMPTION: Exemption = {
  namespace: 'acme-agents',
  serviceAccount: 'agent',
  images: new Set([DIGEST, START_GATE_DIGEST]),
  checks: new Set(['dns', 'privileged']),
  reason: 'legacy resolver',
  expirationTime: 1_000,
};

function left(change: Partial<Exemption>, now = 999): readonly string[] {
  const given = {
    exemptions: [{ ...EXEMPTION, ...change }],
    namespace: 'acme-agents',
    exemptible: new Set(['dns', 'scheduling']),
    now,
  };
  const subject = createPodSubject(buildPod());
  const violations = ['dns', 'scheduling', 'privileged'].map(violation);
  return applyExemptions(violations, subject, given).violations.map(({ check }) => check);
}

describe('an exemption', () => {
  test('takes away the checks it names, and never one of Pod Security', () => {
    expect(left({})).toEqual(['scheduling', 'privileged']);
  });

  test.for<[string, Partial<Exemption>, number]>([
    ['at its end', {}, 1_000],
    ['in another namespace', { namespace: 'other' }, 999],
    ['for another ServiceAccount', { serviceAccount: 'other' }, 999],
    ['while one container runs another image', { images: new Set([DIGEST]) }, 999],
    ['with no image at all', { images: new Set() }, 999],
  ])('takes nothing away %s', ([, change, now]) => {
    expect(left(change, now)).toEqual(['dns', 'scheduling', 'privileged']);
  });
});
