import { expect, test } from 'vitest';
import { describeRight, OPERATOR_RIGHTS } from '../../../src/cli/doctor/operator-rights.ts';
import { OTHER_POLICY_KINDS } from '../../../src/operator/other-policies/kinds.ts';
import { grantedRights } from '../../operator/granted-rights.ts';

/** Those that not every installation needs, and those to Secrets, which the operator has where it bound itself. */
const groups = new Set(OTHER_POLICY_KINDS.flatMap((kind) => kind.resources.map(({ group }) => group)));
const isAsked = ({ group, resource }: { group: string; resource: string }): boolean =>
  !groups.has(group) && resource !== 'secrets';

test('the rights that doctor asks for are those that the chart gives the operator', () => {
  const granted = grantedRights().filter(isAsked).map(describeRight);
  expect(OPERATOR_RIGHTS.map(describeRight).toSorted()).toEqual(granted.toSorted());
});
