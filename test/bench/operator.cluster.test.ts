import { beforeAll, expect, test } from 'vitest';
import { takeIdle, takeResync, takeStart, takeWrites } from './bars/operator.ts';
import { isWrite } from './operator/audit-log.ts';
import { measureOperator, type OperatorFigures } from './operator/measure-operator.ts';

const SCALE = { tenants: 2, waveSandboxes: 20, idleSeconds: 5, isBuilt: false };

let figures: OperatorFigures;

beforeAll(async () => {
  figures = await measureOperator(SCALE, () => {});
});

test('a sandbox becomes ready with a few writes, and the bench sees them', () => {
  const { value } = takeWrites(figures, SCALE);
  // Its ServiceAccount, its Secret, its pod and its status.
  expect(value).toBeGreaterThanOrEqual(4);
  expect(value).toBeLessThanOrEqual(12);
  expect(figures.waves.map(({ requests }) => podsCreated(requests))).toEqual([20, 20, 20]);
});

test('the bare replay makes the writes of every wave again', () => {
  expect(figures.waves.every(({ replayCpuMicroseconds }) => replayCpuMicroseconds > 0)).toBe(true);
});

test('nothing is written when everything is reconciled again', () => {
  expect(takeResync(figures)).toMatchObject({ value: 0 });
});

test('an operator that starts lists and watches, gets no object and writes nothing', () => {
  expect(takeStart(figures)).toMatchObject({ value: 0 });
  expect(figures.start.filter(isWrite)).toEqual([]);
  expect(
    figures.start.filter(({ verb, path }) => verb === 'list' && path.includes('/agentsandboxes')),
  ).toHaveLength(1);
});

test('an operator that has nothing to do renews its lease', () => {
  const { value } = takeIdle(figures, SCALE);
  expect(value).toBeGreaterThan(0);
  expect(figures.idle.filter(({ verb }) => verb !== 'watch').map(({ resource }) => resource)).toContain(
    'leases',
  );
});

function podsCreated(requests: OperatorFigures['waves'][number]['requests']): number {
  // One that is asked for again before its event arrives is there already.
  return requests.filter(
    ({ verb, resource, status }) => verb === 'create' && resource === 'pods' && status === 201,
  ).length;
}
