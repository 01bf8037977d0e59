import { beforeAll, describe, expect, test } from 'vitest';
import { takeCreate, takeKill, takeSaid, takeSlowest, takeSteady } from './bars/containment.ts';
import { type ContainmentFigures, measureContainment } from './containment/measure-containment.ts';

const SCALE = { sandboxes: 4, rounds: 1, isBuilt: false };

let figures: ContainmentFigures;

beforeAll(async () => {
  figures = await measureContainment(SCALE, () => {});
}, 900_000);

describe('the bench sees what the operator asks Vault for', () => {
  test('to make the identity of a sandbox: two reads and two writes', () => {
    expect(takeCreate(figures, SCALE)).toMatchObject({ value: 4 });
    expect(figures.create.filter(({ operation }) => operation === 'read')).toHaveLength(8);
  });

  test('to see that it is as it must be: two reads', () => {
    expect(takeSteady(figures, SCALE)).toMatchObject({ value: 2 });
    expect(new Set(figures.steady.map(({ operation }) => operation))).toEqual(new Set(['read']));
  });

  test('to take it away, which has no login of a database', () => {
    expect(takeKill(figures, SCALE).value).toBeLessThanOrEqual(9);
    const paths = figures.kill.map(({ path }) => path);
    expect(paths.filter((path) => path.includes('revoke-prefix'))).toEqual([]);
    expect(paths.filter((path) => path.startsWith('sys/policies/acl/cloister.bench.'))).toHaveLength(4);
  });
});

test('every sandbox is tried until its token and its login are refused', () => {
  const refusals = figures.rounds.flatMap((round) => round.refusals);
  expect(refusals).toHaveLength(SCALE.sandboxes);
  expect(refusals.every((one) => one.logInMilliseconds > one.readMilliseconds)).toBe(true);
  expect(takeSlowest(figures).value).toBeGreaterThan(0);
  expect(takeSaid(figures).value).toBeGreaterThan(0);
});
