import { describe, expect, test } from 'vitest';
import { stampConditions } from '../../src/controller/conditions.ts';

const STAMP = { generation: 4, time: '2026-11-23T12:00:00Z' };
const ready = (status: 'True' | 'False') => ({ type: 'Ready', status, reason: 'R', message: 'm' });
const before = (status: 'True' | 'False') => ({
  ...ready(status),
  observedGeneration: 3,
  lastTransitionTime: '2020-01-01T00:00:00Z',
});

describe('stampConditions', () => {
  test('a new condition has the time at which it was written, and the generation it is about', () => {
    expect(stampConditions([ready('True')], [], STAMP)).toEqual([
      { ...ready('True'), observedGeneration: 4, lastTransitionTime: STAMP.time },
    ]);
  });

  test('a condition whose status stays keeps its time', () => {
    const [condition] = stampConditions([ready('True')], [before('True')], STAMP);
    expect(condition).toMatchObject({ lastTransitionTime: '2020-01-01T00:00:00Z', observedGeneration: 4 });
  });

  test('a condition whose status changes has a new time', () => {
    const [condition] = stampConditions([ready('False')], [before('True')], STAMP);
    expect(condition?.lastTransitionTime).toBe(STAMP.time);
  });
});
