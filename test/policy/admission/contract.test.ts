import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/policy/admission/checks/index.ts';
import { evaluateContract } from '../../../src/policy/admission/evaluate-contract.ts';
import type { Pod } from '../../../src/policy/pod/pod.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import { buildPod } from '../../build/pod.ts';
import { buildReviewContext } from '../../build/review-context.ts';
import type { Fixture } from './checks/fixture.ts';
import { CHECK_FIXTURES } from './checks/index.ts';

function evaluate(fixture: Fixture) {
  const pod = buildPod(fixture.tweak) as Pod;
  return evaluateContract(CHECKS, createPodSubject(pod), buildReviewContext(fixture.context));
}

describe('the contract', () => {
  test('every check has fixtures, and every fixture a check, in the same order', () => {
    expect(CHECK_FIXTURES.map(({ check }) => check)).toEqual(CHECKS.map(({ name }) => name));
  });

  test('names are unique, kebab-case, and each check has pass and fail fixtures', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
    for (const { check, pass, fail } of CHECK_FIXTURES) {
      expect(check).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(pass.length, `pass fixtures of ${check}`).toBeGreaterThan(0);
      expect(fail.length, `fail fixtures of ${check}`).toBeGreaterThan(0);
    }
  });

  test('exactly the checks that need no context have their rule in CEL', () => {
    const withCel = CHECKS.filter(({ cel }) => cel !== undefined && cel.length > 0).map(({ name }) => name);
    expect(withCel).toEqual(CHECKS.filter(({ context }) => context === 'None').map(({ name }) => name));
  });

  test('the compliant pod is admitted', () => {
    expect(evaluate({ name: 'as built', tweak: () => {} })).toEqual([]);
  });
});

describe.for(CHECK_FIXTURES)('$check', ({ check, pass, fail }) => {
  test.for(pass)('lets through $name', (fixture) => {
    expect(evaluate(fixture)).toEqual([]);
  });

  test.for(fail)('refuses $name', (fixture) => {
    const violations = evaluate(fixture);
    const own = violations.filter((violation) => violation.check === check);
    expect([...new Set(violations.map((violation) => violation.check))]).toEqual(fixture.checks ?? [check]);
    expect(own.map(({ field }) => field)).toEqual(fixture.fields);
    if (fixture.found !== undefined) expect(own.map(({ found }) => found)).toEqual(fixture.found);
    for (const { fix, required } of own) expect(fix.length * required.length).toBeGreaterThan(0);
  });
});
