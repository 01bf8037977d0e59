import { expect, test } from 'vitest';
import { LABEL } from '../../../src/api/names.ts';
import {
  decideContainment,
  type ContainmentWorld,
} from '../../../src/operator/agent-quarantine/decide-containment.ts';
import type { ObservedPod } from '../../../src/operator/observed-objects.ts';

const labelled = (labels: Record<string, string>, status: ObservedPod['status'] = {}): ObservedPod => ({
  metadata: { name: 'web', namespace: 'acme-agents', labels: { [LABEL.role]: 'data-analyst', ...labels } },
  status,
});
const FREE = labelled({});
const CUT_OFF = labelled({ [LABEL.contained]: 'true' });
const HELD = { pod: FREE, isEnrolled: true, isQuarantined: true };

test.each<[string, ContainmentWorld, string]>([
  ['that a quarantine holds is contained', HELD, 'Contain'],
  ['that is contained already is left alone', { ...HELD, pod: CUT_OFF }, 'None'],
  ['that nothing holds is released', { ...HELD, pod: CUT_OFF, isQuarantined: false }, 'Release'],
  ['that nothing held is left alone', { ...HELD, isQuarantined: false }, 'None'],
  ['in a namespace that is not enrolled is left alone', { ...HELD, isEnrolled: false }, 'None'],
  ['that has ended is left alone', { ...HELD, pod: labelled({}, { phase: 'Failed' }) }, 'None'],
  ['that is pending is contained', { ...HELD, pod: labelled({}, { phase: 'Pending' }) }, 'Contain'],
  [
    'that has ended is released all the same',
    { ...HELD, pod: labelled({ [LABEL.contained]: 'true' }, { phase: 'Failed' }), isQuarantined: false },
    'Release',
  ],
  ['of a sandbox is contained', { ...HELD, pod: labelled({ [LABEL.sandbox]: 'report' }) }, 'Contain'],
  [
    'of a sandbox is never released, but made anew',
    {
      ...HELD,
      pod: labelled({ [LABEL.sandbox]: 'report', [LABEL.contained]: 'true' }),
      isQuarantined: false,
    },
    'None',
  ],
])('a pod %s', (_, given, decision) => {
  expect(decideContainment(given)).toBe(decision);
});
