import { SYSTEM_NAMESPACE } from '../api/names.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import type { ObjectName } from '../kube/kube-resource.ts';
import type { Clock } from '../lib/clock.ts';
import { decideLease, isHolder, LEASE_TIMES, type LeaseTimes, writesUntil } from './decide-lease.ts';
import { fencedClient, type Leadership } from './fenced-client.ts';
import { createLeaseKeeper } from './lease-keeper.ts';
import { createTerm, type Term } from './term.ts';

/** The Lease of the operator. */
export const OPERATOR_LEASE: Required<ObjectName> = {
  namespace: SYSTEM_NAMESPACE,
  name: 'cloister-operator',
};

/** What runs only while this process leads. */
export interface LeaderPart {
  /** Resolves when it has ended. Its writes are refused from before the call on. */
  readonly stop: () => Promise<void>;
}

/** What the part that leads is given. */
export interface LeaderTools {
  /** Its writes are refused, and abandoned, when this term of leadership ends. It belongs to one term. */
  readonly client: KubeClient;
  /** For what is written elsewhere, such as in Vault. */
  readonly leadership: Leadership;
  /** Aborted when the term has ended. */
  readonly signal: AbortSignal;
}

export interface ElectionOptions {
  readonly client: KubeClient;
  /** Of this process alone, such as the name of its pod and a UUID. */
  readonly identity: string;
  /** Monotonic. */
  readonly clock: Clock;
  readonly logger: KubeLogger;
  /** Starts what only the leader does. Called once a term, never before the last one has stopped. */
  readonly lead: (tools: LeaderTools) => LeaderPart;
  readonly lease?: Required<ObjectName>;
  readonly times?: LeaseTimes;
  /** Returns a number in [0, 1). */
  readonly random?: () => number;
}

/** One candidate of an election. */
export interface Election {
  readonly isLeader: () => boolean;
  /** Ends the leader's part and releases the lease, so that another candidate leads within a poll. */
  readonly stop: () => Promise<void>;
}

/** How long a release waits for the answers of writes under way. */
const MAX_ANSWER_MILLISECONDS = 1_000;

/** By how much of it a pause is shortened at most, so that candidates do not stay in step. */
const JITTER = 0.25;

/**
 * Runs for leadership until it is stopped: two candidates never lead at the same time, and none has a write under way when
 * another begins. Caches belong outside of `lead`, so that a standby keeps them warm.
 */
export function startElection(options: ElectionOptions): Election {
  const { clock, lease = OPERATOR_LEASE, times = LEASE_TIMES, random = Math.random } = options;
  const keeper = createLeaseKeeper({ ...options, lease, times });
  const terms = createTerms({ ...options, times });
  const stopping = new AbortController();
  let closing: Promise<void> | undefined;

  const step = async (): Promise<void> => {
    const action = decideLease({ ...keeper.view(), isStopping: false }, clock.now(), times);
    if (action.type !== 'wait') return keeper.hold();
    const isStandby = !isHolder(keeper.view());
    const poll = isStandby ? times.pollMilliseconds * (1 - JITTER * random()) : Number.POSITIVE_INFINITY;
    await clock.sleep(Math.min(action.milliseconds, poll), stopping.signal).catch(() => undefined);
    if (isStandby && !stopping.signal.aborted) await keeper.read(stopping.signal);
    return undefined;
  };
  const run = async (): Promise<void> => {
    await keeper.read(stopping.signal);
    while (!stopping.signal.aborted) {
      await step();
      if (!stopping.signal.aborted) await terms.follow(keeper.view().renewedAt);
    }
    await closing;
    const action = decideLease({ ...keeper.view(), isStopping: true }, clock.now(), times);
    if (action.type === 'release') await keeper.release();
    await terms.ended();
  };

  const running = run();
  return {
    isLeader: terms.isLeading,
    stop: async () => {
      stopping.abort();
      // Before the request that the loop may be waiting for: from here on nothing new is written.
      closing ??= terms.close();
      await running;
    },
  };
}

/** The terms of one candidate, one after the other. */
function createTerms(options: ElectionOptions & { readonly times: LeaseTimes }) {
  const { clock, times, logger, identity } = options;
  let current: { readonly term: Term; readonly stopped: Promise<void> } | null = null;
  return {
    isLeading: (): boolean => current !== null && !current.term.ended.aborted,
    /** Begins, prolongs or ends a term as the lease says. Resolves after the part of a term that ended has stopped. */
    follow: async (renewedAt: number | null): Promise<void> => {
      if (renewedAt === null) current?.term.end('another process holds the lease');
      else if (current !== null) current.term.renewed(renewedAt);
      else if (clock.now() < writesUntil(renewedAt, times)) {
        logger.info({ identity }, 'leading');
        const term = createTerm({ clock, times, renewedAt });
        current = { term, stopped: runTerm(term, options) };
      }
      if (current?.term.ended.aborted !== true) return;
      logger.warn({ err: current.term.ended.reason }, 'no longer leading');
      await current.stopped;
      current = null;
    },
    close: async (): Promise<void> => current?.term.close(MAX_ANSWER_MILLISECONDS),
    ended: async (): Promise<void> => current?.stopped,
  };
}

/** Runs the leader's part for one term. What it throws ends the term. It does not reject. */
async function runTerm(term: Term, { client, lead, logger }: ElectionOptions): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    term.ended.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    const part = lead({ client: fencedClient(client, term), leadership: term, signal: term.ended });
    await ended;
    await part.stop();
  } catch (error) {
    term.end('what the leader does has failed');
    logger.error({ err: error }, 'what the leader does has failed');
  }
}
