import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CandidatePlan, type ElectionPlan, lateWrites, runElection } from './simulated-election.ts';
import type { Stretch } from './simulated-world.ts';

/** Faults happen before this time; then there is time for the longest hand-over. */
const FAULTS_END = 120_000;
const ENDS = FAULTS_END + 90_000;

/** Uniform, where fast-check favours the ends of a range. */
const between = (min: number, max: number): fc.Arbitrary<number> => fc.noBias(fc.integer({ min, max }));

const stretches = (length: number): fc.Arbitrary<Stretch[]> =>
  fc.array(
    fc
      .record({ from: between(10_000, FAULTS_END), milliseconds: between(500, 40_000) })
      .map(({ from, milliseconds }) => ({ from, to: Math.min(from + milliseconds, FAULTS_END) })),
    { minLength: 1, maxLength: length },
  );

/**
 * A process that is cut off and then stopped as well cannot take back what its kernel holds to send. Nothing but the API
 * server could refuse that, so it is no part of the promise.
 */
function withoutDoubleFaults(given: CandidatePlan): CandidatePlan {
  const overlaps = (pause: Stretch): boolean =>
    given.cuts.some(({ from, to }) => pause.from < to && from < pause.to);
  return { ...given, pauses: given.pauses.filter((pause) => !overlaps(pause)) };
}

/** Half of the candidates are still there at the end. */
const ending: fc.Arbitrary<Pick<CandidatePlan, 'diesAt' | 'stopsAt'>> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ diesAt: between(20_000, FAULTS_END) }) },
  { weight: 1, arbitrary: fc.record({ stopsAt: between(20_000, FAULTS_END) }) },
);

const candidate: fc.Arbitrary<CandidatePlan> = fc
  .record({
    startsAt: between(0, 10_000),
    skew: between(-86_400_000, 86_400_000),
    rate: fc.double({ min: 0.99, max: 1.01, noNaN: true }),
    pauses: stretches(2),
    cuts: stretches(3),
    ending,
  })
  .map(({ ending: end, ...rest }) => withoutDoubleFaults({ ...rest, ...end }));

const plan: fc.Arbitrary<ElectionPlan> = fc.record({
  seed: fc.integer(),
  network: fc.record({
    maxWireMilliseconds: fc.constantFrom(20, 300, 1_500),
    loss: fc.constantFrom(0, 0.05, 0.3),
    healsAt: fc.constant(FAULTS_END),
  }),
  candidates: fc.array(candidate, { minLength: 2, maxLength: 3 }),
  deletions: fc.array(between(0, FAULTS_END), { maxLength: 1 }),
  endsAt: fc.constant(ENDS),
});

const isLost = (given: ElectionPlan): boolean =>
  given.candidates.every(({ diesAt, stopsAt }) => diesAt !== undefined || stopsAt !== undefined);

test(
  'no write is sent or stored after another candidate began to lead, whatever clocks and network do',
  { timeout: 120_000 },
  async () => {
    let handOvers = 0;
    await fc.assert(
      fc.asyncProperty(plan, async (given) => {
        const outcome = await runElection(given);
        expect(lateWrites(outcome)).toEqual([]);
        handOvers += outcome.terms.filter(
          ({ candidate: who }, index) => index > 0 && outcome.terms[index - 1]!.candidate !== who,
        ).length;
        if (!isLost(given)) expect(outcome.leaders).toHaveLength(1);
        expect(outcome.leaders.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 120 },
    );
    // Otherwise the property says nothing.
    expect(handOvers).toBeGreaterThan(60);
  },
);

test('the same elections have late writes where the leader writes past the fence', async () => {
  let late = 0;
  await fc.assert(
    fc.asyncProperty(plan, async (given) => {
      late += lateWrites(await runElection({ ...given, isFenced: false })).length;
    }),
    { numRuns: 40, seed: 1 },
  );
  expect(late).toBeGreaterThan(0);
});
