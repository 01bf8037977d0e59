import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/error-message.ts';
import type { GateAnswer, GateTarget } from '../lib/gate-protocol.ts';
import type { Attempt } from './attempt.ts';
import {
  judgeRound,
  mergeTargets,
  type Round,
  type RoundVerdict,
  triedAll,
  type TriedTarget,
} from './judge-round.ts';
import type { Network } from './network.ts';
import { isIpv6Unsettled, listRouters, type NetworkTables, ownTargets } from './own-targets.ts';
import { describeFailure, type GateReport } from './report.ts';
import { UnrecoverableError } from './unrecoverable-error.ts';

/** How long the start gate waits, in milliseconds. */
export interface GateLimits {
  /** For everything: no attempt begins that could end later. */
  readonly totalMilliseconds: number;
  readonly attemptMilliseconds: number;
  readonly askMilliseconds: number;
  /** Between rounds, and between questions to the gateway. */
  readonly pauseMilliseconds: number;
}

export const GATE_LIMITS: GateLimits = {
  totalMilliseconds: 60_000,
  attemptMilliseconds: 1000,
  askMilliseconds: 5000,
  pauseMilliseconds: 250,
};

/** What the start gate works with. */
export interface GateParts {
  readonly network: Network;
  readonly clock: Clock;
  readonly limits: GateLimits;
  readonly askGateway: (timeoutMilliseconds: number) => Promise<GateAnswer>;
  readonly readTables: () => Promise<NetworkTables>;
}

/**
 * Asks the gateway for its targets and tries them, and those of the gate's own, in rounds, until one round finds everything
 * closed and the gateway's canary reached, or the time is over.
 */
export async function runGate(parts: GateParts): Promise<GateReport> {
  const { clock, limits } = parts;
  const started = clock.now();
  const deadline = started + limits.totalMilliseconds;
  let rounds = 0;
  let verdict: RoundVerdict | null = null;
  const report = (problem: string | null): GateReport => ({
    passed: problem === null,
    verdict,
    rounds,
    milliseconds: Math.round(clock.now() - started),
    problem,
  });
  try {
    if (!(await parts.network.canUseUdp(limits.attemptMilliseconds))) {
      return report('the start gate cannot send UDP datagrams on its own loopback device');
    }
    const answer = await askUntil(parts, deadline);
    await meetRouters(parts);
    let isSettled: boolean;
    do {
      const tables = await parts.readTables();
      isSettled = !isIpv6Unsettled(tables);
      const round = await tryRound(parts, answer, tables);
      rounds += 1;
      verdict = judgeRound(round, answer.nodePorts);
      // A neighbour that became known during the round was not tried.
      const passed =
        isSettled && verdict.passed && triedAll(round, listTargets(answer, await parts.readTables()));
      if (passed) return report(null);
      await clock.sleep(limits.pauseMilliseconds);
    } while (clock.now() + limits.attemptMilliseconds <= deadline);
    if (!verdict.passed) return report(describeFailure(verdict));
    return report(isSettled ? 'new neighbours appeared in every round' : UNSETTLED);
  } catch (error) {
    return report(errorMessage(error));
  }
}

const UNSETTLED =
  'an IPv6 address of the pod was tentative or missing in every round, so nothing is known of IPv6';

/** The policy that lets the pod reach its gateway may lag as well, and the gateway may not have seen the pod yet. */
async function askUntil(parts: GateParts, deadline: number): Promise<GateAnswer> {
  const { askGateway, clock, limits } = parts;
  for (;;) {
    const remaining = Math.ceil(deadline - clock.now());
    try {
      return await askGateway(Math.min(limits.askMilliseconds, remaining));
    } catch (error) {
      // A question without the time for an answer would only hide this error.
      const isLast = clock.now() + limits.pauseMilliseconds + limits.attemptMilliseconds > deadline;
      if (error instanceof UnrecoverableError || isLast) throw error;
    }
    await clock.sleep(limits.pauseMilliseconds);
  }
}

/** After one IPv4 packet the kernel knows the hardware addresses of the routers, and the gate their link-local addresses. */
async function meetRouters({ network, limits, readTables }: GateParts): Promise<void> {
  const routers = listRouters((await readTables()).routes);
  await Promise.all(routers.map((router) => network.tryTcp(router, 53, limits.attemptMilliseconds)));
}

function listTargets(answer: GateAnswer, tables: NetworkTables): readonly GateTarget[] {
  return mergeTargets(answer.targets, ownTargets(tables));
}

async function tryRound(parts: GateParts, answer: GateAnswer, tables: NetworkTables): Promise<Round> {
  const { network, limits } = parts;
  const targets = listTargets(answer, tables);
  const [canary, ...tried] = await Promise.all([
    network.reachCanary(answer.canary, limits.attemptMilliseconds),
    ...targets.map(async (target): Promise<TriedTarget> => ({
      target,
      attempt: await tryTarget(parts, target),
    })),
  ]);
  return { canary, tried };
}

async function tryTarget({ network, limits }: GateParts, target: GateTarget): Promise<Attempt> {
  const tryPort = target.protocol === 'TCP' ? network.tryTcp : network.tryUdp;
  try {
    return await tryPort(target.address, target.port, limits.attemptMilliseconds);
  } catch (error) {
    return { state: 'Fault', code: errorMessage(error) };
  }
}
