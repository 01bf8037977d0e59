import { describe, expect, test } from 'vitest';
import {
  type CandidatePlan,
  type ElectionPlan,
  lateWrites,
  type ObservedTerm,
  runElection,
} from './simulated-election.ts';

const SECOND = 1_000;
/** When the first candidate has led for a while. */
const FAULT = 60 * SECOND;

const sound: CandidatePlan = { startsAt: 0, skew: 0, rate: 1, pauses: [], cuts: [] };

/** The first candidate leads until its fault; the second is there from a little later on. */
async function handOver(first: Partial<CandidatePlan>, more: Partial<ElectionPlan> = {}) {
  const outcome = await runElection({
    seed: 7,
    network: { maxWireMilliseconds: 20, loss: 0, healsAt: 0 },
    candidates: [
      { ...sound, ...first },
      { ...sound, startsAt: 3 * SECOND, skew: -3_600 * SECOND },
    ],
    deletions: [],
    endsAt: 180 * SECOND,
    ...more,
  });
  expect(lateWrites(outcome)).toEqual([]);
  const [before, after] = outcome.terms as [ObservedTerm, ObservedTerm | undefined];
  return { outcome, before, after, pause: (after?.beganAt ?? Number.NaN) - FAULT };
}

describe('leadership', () => {
  test('stays where it is while nothing happens', async () => {
    const { outcome, before } = await handOver({});
    expect(outcome.terms).toHaveLength(1);
    expect(before.storedAt.length).toBeGreaterThan(500);
  });

  test('goes to a standby within 20 s of a crash', async () => {
    const { after, pause } = await handOver({ diesAt: FAULT });
    expect(after?.candidate).toBe(1);
    expect(pause).toBeLessThan(20 * SECOND);
    expect(pause).toBeGreaterThan(10 * SECOND);
  });

  test('goes to a standby within 2 s of SIGTERM', async () => {
    const { after, pause } = await handOver({ stopsAt: FAULT });
    expect(after?.candidate).toBe(1);
    expect(pause).toBeLessThan(2 * SECOND);
  });

  test('ends by the clock of a leader that is cut off, before a standby takes over', async () => {
    const { before, after } = await handOver({ cuts: [{ from: FAULT, to: FAULT + 25 * SECOND }] });
    expect(after?.candidate).toBe(1);
    expect(before.sentAt.at(-1)).toBeLessThan(FAULT + 13 * SECOND);
    expect(after!.beganAt - before.sentAt.at(-1)!).toBeGreaterThan(SECOND);
    expect(before.storedAt.at(-1)).toBeLessThan(FAULT);
  });

  test('outlasts a cut that is shorter than the lease', async () => {
    const { outcome, before } = await handOver({ cuts: [{ from: FAULT, to: FAULT + 6 * SECOND }] });
    expect(outcome.terms).toHaveLength(1);
    expect(before.storedAt.at(-1)).toBeGreaterThan(170 * SECOND);
  });

  test('is not believed in by a process that stood still for longer than its lease', async () => {
    const { before, after } = await handOver({ pauses: [{ from: FAULT, to: FAULT + 30 * SECOND }] });
    expect(after?.candidate).toBe(1);
    expect(before.sentAt.at(-1)).toBeLessThan(FAULT);
  });

  test('survives a deletion of the lease, with a pause that the deletion cannot shorten', async () => {
    const { outcome, before, after } = await handOver({}, { deletions: [FAULT] });
    expect(outcome.leaders).toHaveLength(1);
    expect(after!.beganAt - before.sentAt.at(-1)!).toBeGreaterThan(13 * SECOND);
  });

  test('is released only after the margin where a write was not answered', async () => {
    const { after, before, pause } = await handOver({
      stopsAt: FAULT,
      cuts: [{ from: FAULT - 500, to: FAULT + 1_500 }],
    });
    expect(after?.candidate).toBe(1);
    expect(after!.beganAt - before.sentAt.at(-1)!).toBeGreaterThan(2 * SECOND);
    expect(pause).toBeLessThan(20 * SECOND);
  });
});
