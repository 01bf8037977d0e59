import { expect, test } from 'vitest';
import { tenantConditions } from '../../../src/api/tenant-isolation/status.ts';
import { complianceReport } from '../../../src/operator/tenant-isolation/compliance-report.ts';

const POD = { kind: 'Pod', namespace: 'a', name: 'old', uid: 'u', checks: ['dns', 'host-path'] };
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_none, index) => make(index));

test.for([
  ['nothing violates the contract', { violators: [], held: [] }, 'True', 'Compliant', /^All pods/],
  ['nothing was looked at', null, 'Unknown', 'NotJudged', /not been looked at/],
  [
    'a pod violates it',
    { violators: [POD], held: [] },
    'False',
    'ViolationsFound',
    /: Pod a\/old \(dns, host-path\)\. Change or delete them\.$/,
  ],
  [
    'a pod is held',
    { violators: [POD], held: ['a/old'] },
    'False',
    'ViolationsFound',
    /PodDisruptionBudget holds .*: a\/old\.$/,
  ],
] as const)('where %s', ([, facts, status, reason, message]) => {
  const [condition] = complianceReport(facts).conditions;
  expect(condition).toMatchObject({ status, reason, message: expect.stringMatching(message) });
  expect(Object.keys(tenantConditions.PodsCompliant.reasons)).toContain(reason);
});

test('the message is bounded, however many there are and however much is wrong with each', () => {
  const checks = many(60, (index) => `check-${index}`);
  const name = 'n'.repeat(253);
  const violators = many(5_000, () => ({ ...POD, name, namespace: 'n'.repeat(63), checks }));
  const held = violators.map((one) => `${one.namespace}/${one.name}`);
  const [condition] = complianceReport({ violators, held }).conditions;
  expect(condition?.message.length).toBeLessThan(16_384);
  expect(condition?.message).toContain('and 4988 more');
  expect(condition?.message).toContain('and 55 more');
});
