import type { KubeLogger } from '../kube/kube-logger.ts';
import type { BackoffBounds } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { ControllerMetrics } from './controller-metrics.ts';
import { createKeyedQueue, type Work } from './keyed-queue.ts';

export interface ControllerOptions {
  /** Names what it reconciles in the log, such as `TenantIsolation`. */
  readonly name: string;
  /** Makes what is there be what is wanted for one key. A second call on the same world writes nothing. */
  readonly reconcile: Work;
  /** The keys of everything there is to reconcile now; what is gone and not taken away yet included. */
  readonly knownKeys: () => Iterable<string>;
  /** Resolves when the caches are filled; nothing is reconciled before. Rejects when the signal is aborted first. */
  readonly whenSynced: (signal: AbortSignal) => Promise<void>;
  /** Whether a key goes before all that are not urgent. If not set: none is. */
  readonly isUrgent?: (key: string) => boolean;
  /** If not set: nothing is counted. */
  readonly metrics?: Pick<ControllerMetrics, 'watchQueue' | 'reconciled' | 'failed'>;
  readonly clock: Clock;
  readonly logger: KubeLogger;
  /** Returns a number in [0, 1). If not set: `Math.random`. */
  readonly random?: () => number;
  /** How many keys are reconciled at the same time. */
  readonly workers: number;
}

/** A running controller. */
export interface Controller {
  /** Has a key reconciled soon. It may be called at any time, from the subscribers of caches above all. */
  readonly add: (key: string) => void;
  /** Has everything reconciled soon. */
  readonly addAll: () => void;
  /** Aborts the reconciliations under way, and resolves when they have ended. */
  readonly stop: () => Promise<void>;
}

/** Longest time between two reconciliations of a key when nothing changes. */
const RESYNC_MILLISECONDS = 600_000;

/** By how much of it a round comes earlier, so that several controllers do not return together. */
const RESYNC_JITTER = 0.1;

/** The first pause is half a second and the longest between 30 s and a minute. */
const RETRY_BACKOFF: BackoffBounds = { minMilliseconds: 500, maxMilliseconds: 60_000 };

/**
 * Reconciles each key when it is added, again after an error with a growing pause, when the reconciliation asked for it, and
 * at least every ten minutes. One key is never reconciled twice at the same time.
 */
export function startController(options: ControllerOptions): Controller {
  const { name, knownKeys, isUrgent, clock, logger, random = Math.random, workers, metrics } = options;
  const stopping = new AbortController();
  const queue = createKeyedQueue({
    work: timed(options),
    onError: (key, error, delayMilliseconds) => {
      metrics?.failed(name, error);
      const fields = { err: error, controller: name, key };
      if (delayMilliseconds === null) logger.error(fields, 'reconciliation failed until the object changes');
      else logger.error({ ...fields, delayMilliseconds }, 'reconciliation failed; trying again');
    },
    ...(isUrgent === undefined ? {} : { isUrgent }),
    clock,
    random,
    workers,
    backoff: RETRY_BACKOFF,
  });
  const unwatchQueue = metrics?.watchQueue(name, queue.depth);
  const addAll = (): void => {
    try {
      for (const key of knownKeys()) queue.add(key);
    } catch (error) {
      // One object that cannot be read keeps neither the caller nor the next round.
      logger.error({ err: error, controller: name }, 'not everything that is known could be listed');
    }
  };
  const run = async (): Promise<void> => {
    await options.whenSynced(stopping.signal);
    // Before the start: what the caches added while they were filled is reconciled once, and not once more.
    addAll();
    queue.start();
    while (!stopping.signal.aborted) {
      await clock.sleep(RESYNC_MILLISECONDS * (1 - RESYNC_JITTER * random()), stopping.signal);
      addAll();
    }
  };
  const running = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) logger.error({ err: error, controller: name }, 'the controller ended');
  });
  return {
    add: queue.add,
    addAll,
    stop: async () => {
      stopping.abort(new Error(`the controller of ${name} was stopped`));
      await Promise.all([running, queue.stop()]);
      unwatchQueue?.();
    },
  };
}

/** The reconciliation, with its time measured whether it ends well or not. */
function timed({ name, reconcile, clock, metrics }: ControllerOptions): Work {
  if (metrics === undefined) return reconcile;
  return async (key, signal) => {
    const began = clock.now();
    try {
      return await reconcile(key, signal);
    } finally {
      metrics.reconciled(name, (clock.now() - began) / 1_000);
    }
  };
}
