import type { KubeObject } from '../../src/kube/kube-object.ts';
import { resources } from '../../src/kube/resources.ts';
import { LEASE_TIMES, type LeaseTimes } from '../../src/controller/decide-lease.ts';
import { type Election, startElection } from '../../src/controller/lease.ts';
import { createApiServer, type NetworkPlan } from './simulated-api-server.ts';
import { type ComputerPlan, createComputer, createRandom, createWorld } from './simulated-world.ts';

/** What happens in one election, in true milliseconds since its beginning. */
export interface ElectionPlan {
  readonly seed: number;
  readonly network: NetworkPlan;
  readonly candidates: readonly CandidatePlan[];
  /** When somebody deletes the lease by hand. */
  readonly deletions: readonly number[];
  readonly endsAt: number;
  readonly times?: LeaseTimes;
  /** Whether the leader writes with the fenced client, as it must, or past it. */
  readonly isFenced?: boolean;
}

export interface CandidatePlan extends ComputerPlan {
  readonly startsAt: number;
  /** When it is asked to end, as by SIGTERM. */
  readonly stopsAt?: number;
}

/** A term of a candidate, and the writes that were made in it. */
export interface ObservedTerm {
  readonly candidate: number;
  readonly beganAt: number;
  /** When each write left the leader's part. */
  readonly sentAt: number[];
  /** When each write was stored. */
  readonly storedAt: number[];
}

export interface ElectionOutcome {
  readonly terms: readonly ObservedTerm[];
  /** Those that believe they lead at the end. */
  readonly leaders: readonly number[];
  readonly requests: number;
}

const WRITE_INTERVAL = 300;

/** Runs an election to its end. The leader writes an object about three times a second, in all its terms. */
export async function runElection(plan: ElectionPlan): Promise<ElectionOutcome> {
  const world = createWorld(plan.seed);
  const server = createApiServer(world, plan.network);
  const terms: ObservedTerm[] = [];
  const elections = new Map<number, Election>();

  plan.candidates.forEach((candidate, index) => {
    const computer = createComputer(world, candidate);
    const { clock } = computer;
    const client = server.clientOn(computer);
    const start = (): Election =>
      startElection({
        client,
        identity: `candidate-${index}`,
        clock,
        logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
        times: plan.times ?? LEASE_TIMES,
        random: createRandom(plan.seed + index),
        lead: (tools) => {
          const number = terms.length;
          const term: ObservedTerm = { candidate: index, beganAt: world.now(), sentAt: [], storedAt: [] };
          terms.push(term);
          const writer = plan.isFenced === false ? client : tools.client;
          const write = async (): Promise<void> => {
            while (!tools.signal.aborted) {
              const object = { metadata: { name: String(number) } };
              const beforeAttempt = (): void => void term.sentAt.push(world.now());
              writer.create(resources.configMaps, object, { beforeAttempt }).catch(() => undefined);
              await clock.sleep(WRITE_INTERVAL);
            }
          };
          const writing = write();
          return { stop: () => writing };
        },
      });
    computer.wakeAt(candidate.startsAt, () => elections.set(index, start()));
    if (candidate.stopsAt !== undefined) {
      computer.wakeAt(candidate.stopsAt, () => void elections.get(index)?.stop());
    }
  });
  for (const time of plan.deletions) world.at(time, server.deleteLease);
  await world.runUntil(plan.endsAt);

  for (const { object, time } of server.stored) terms[numberOf(object)]!.storedAt.push(time);
  const isAlive = (index: number): boolean =>
    (plan.candidates[index]!.diesAt ?? Number.POSITIVE_INFINITY) > plan.endsAt;
  const leaders = [...elections].filter(([index, election]) => isAlive(index) && election.isLeader());
  return { terms, leaders: leaders.map(([index]) => index), requests: server.requests() };
}

function numberOf({ metadata }: KubeObject): number {
  return Number(metadata.name);
}

/** The writes that were sent, or stored, after another candidate's term had begun. */
export function lateWrites({ terms }: ElectionOutcome): string[] {
  return terms.flatMap((term, index) => {
    const next = terms.slice(index + 1).find(({ candidate }) => candidate !== term.candidate);
    if (next === undefined) return [];
    const isLate = (time: number): boolean => time >= next.beganAt;
    const say = (what: string) => (time: number) =>
      `term ${index} of candidate ${term.candidate} ${what} at ${time}, after ${next.beganAt}`;
    return [
      ...term.sentAt.filter(isLate).map(say('sent')),
      ...term.storedAt.filter(isLate).map(say('stored')),
    ];
  });
}
