import { expect, test } from 'vitest';
import { LABEL } from '../../../src/api/names.ts';
import {
  containedCondition,
  type ContainmentProgress,
  isToBeContained,
} from '../../../src/operator/agent-sandbox/contained-condition.ts';
import { buildAgentQuarantine } from '../../build/agent-quarantine.ts';
import { at, world } from './sandbox-world.ts';

const QUARANTINE = buildAgentQuarantine((one) => (one.metadata.name = 'suspect'));
const FREE = { metadata: { name: 'hermes', labels: {} } };
const CUT_OFF = { metadata: { name: 'hermes', labels: { [LABEL.contained]: 'true' } } };
const HELD: ContainmentProgress = { quarantine: QUARANTINE, pod: undefined, state: 'None', stepsLeft: [] };

test.each<[string, ContainmentProgress, string, string]>([
  ['that nothing holds', { ...HELD, quarantine: null }, 'False/NotContained', 'No quarantine holds it.'],
  ['of which nothing runs', HELD, 'True/Quarantined', 'Quarantine "suspect" holds it: A drill.'],
  ['whose pod has ended', { ...HELD, pod: FREE, state: 'Failed' }, 'True/Quarantined', 'holds it'],
  [
    'whose pod runs',
    { ...HELD, pod: FREE, state: 'Ready' },
    'False/Containing',
    'the network of pod "hermes"',
  ],
  [
    'whose pod is cut off',
    { ...HELD, pod: CUT_OFF, state: 'Ready' },
    'False/Containing',
    'pod "hermes" is being ended',
  ],
  ['whose pod ends', { ...HELD, pod: CUT_OFF, state: 'Terminating' }, 'False/Containing', 'is being ended'],
  [
    'under whose name a pod of an earlier one runs',
    { ...HELD, pod: CUT_OFF, state: 'Foreign' },
    'False/Containing',
    'pod "hermes" of an earlier sandbox',
  ],
  [
    'under whose name a pod of an earlier one has ended',
    { ...HELD, pod: { ...CUT_OFF, status: { phase: 'Failed' } }, state: 'Foreign' },
    'True/Quarantined',
    'holds it',
  ],
  [
    'with steps left',
    { ...HELD, stepsLeft: ['LoginClosed'] },
    'False/Containing',
    'Not done yet: LoginClosed. Quarantine "suspect" holds it: A drill.',
  ],
])('a sandbox %s', (_, progress, said, message) => {
  const condition = containedCondition(progress);

  expect(`${condition.status}/${condition.reason}`).toBe(said);
  expect(condition.message).toContain(message);
});

test('a sandbox is urgent until its status says that it is contained', () => {
  const held = { ofSandbox: () => ({ ...QUARANTINE, metadata: { name: 'suspect' } }) };
  const saying = (status: 'True' | 'False') =>
    world({
      status: {
        conditions: [{ type: 'Contained', status, reason: 'Any', message: '', lastTransitionTime: at(0) }],
      },
    }).sandbox;

  expect(isToBeContained(world().sandbox, held)).toBe(true);
  expect(isToBeContained(saying('False'), held)).toBe(true);
  expect(isToBeContained(saying('True'), held)).toBe(false);
  expect(isToBeContained(saying('False'), { ofSandbox: () => null })).toBe(false);
});
