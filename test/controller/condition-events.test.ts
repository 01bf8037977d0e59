import { describe, expect, test } from 'vitest';
import type { Condition } from '../../src/api/shape/conditions.ts';
import { conditionEvents, type ToldConditions } from '../../src/controller/condition-events.ts';

const TOLD: ToldConditions = {
  Ready: { action: 'Prepare', reasons: { Ready: 'Normal', Broken: 'Warning' } },
};
const REGARDING = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', namespace: 'acme', uid: 'uid' } };

const condition = (
  status: Condition['status'],
  reason: string,
  message = 'It is so.',
  type = 'Ready',
): Condition => ({ type, status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' });

describe('a condition is told', () => {
  test.each([
    ['that is new', [], condition('False', 'Broken'), ['Warning Broken']],
    ['whose status has changed', [condition('False', 'Ready')], condition('True', 'Ready'), ['Normal Ready']],
    [
      'whose reason has changed',
      [condition('False', 'Ready')],
      condition('False', 'Broken'),
      ['Warning Broken'],
    ],
    [
      'not, whose message alone has changed',
      [condition('True', 'Ready', 'Before.')],
      condition('True', 'Ready'),
      [],
    ],
    ['not, whose reason nobody is told', [], condition('False', 'Starting'), []],
    ['not, of another type', [], condition('False', 'Broken', 'x', 'Other'), []],
  ] as const)('%s', (_what, before, after, wanted) => {
    const events = conditionEvents(REGARDING, { before, after: [after] }, TOLD);
    expect(events.map(({ type, reason }) => `${type} ${reason}`)).toEqual(wanted);
    for (const event of events)
      expect(event).toMatchObject({ regarding: REGARDING, action: 'Prepare', note: after.message });
  });
});
