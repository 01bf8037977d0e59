import { backoffDelay, type BackoffBounds } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { createWorkerPool } from './worker-pool.ts';

/** What is left to do for a key after its work. */
export interface WorkResult {
  /** Works on the key again after so many milliseconds, or earlier: when it is added, and after a day. If not set: only when it is added. */
  readonly requeueAfterMilliseconds?: number | undefined;
}

/**
 * An error that trying again does not mend: the key rests until it is added, which a change of its object does. Throw it
 * where the same object leads to the same error.
 */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/**
 * Works on one key. A throw is an error of this key alone, and is tried again with a growing pause, unless it is a
 * TerminalError.
 */
export type Work = (key: string, signal: AbortSignal) => Promise<WorkResult>;

export interface KeyedQueueOptions {
  readonly work: Work;
  /** Called when the work on a key threw; it is tried again after `delayMilliseconds`, or not where that is null. */
  readonly onError: (key: string, error: unknown, delayMilliseconds: number | null) => void;
  /** Whether a key goes before those that are not urgent. Asked when it is added. If not set: none is. */
  readonly isUrgent?: (key: string) => boolean;
  readonly clock: Clock;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  /** How many keys are worked on at the same time. */
  readonly workers: number;
  readonly backoff: BackoffBounds;
}

/** Keys that wait for work, each once. */
export interface KeyedQueue {
  /**
   * Has a key worked on, once however often it is added before. During its work it is worked on again afterwards. The pause
   * after an error is cut to five seconds, since what failed may itself cause the event; a key that has become urgent does
   * not wait for the end of the pause.
   */
  readonly add: (key: string) => void;
  /** How many keys wait for a worker. */
  readonly depth: () => number;
  /** Begins the work on what was added. */
  readonly start: () => void;
  /** Aborts the signal of the work under way and resolves when it has ended. Nothing is worked on afterwards. */
  readonly stop: () => Promise<void>;
}

/** Longest pause after an error for a key that is added during it: a mistake that was mended takes effect soon. */
const MAX_PAUSE_OF_ADDED_MILLISECONDS = 5_000;

/** A timer of Node ends at once where it is set to more than 24 days. */
const MAX_REST_MILLISECONDS = 86_400_000;

interface Entry {
  state: 'queued' | 'running' | 'resting' | 'failed';
  isAddedAgain: boolean;
  /** Whether it was urgent when it was last worked on or added. */
  isUrgent: boolean;
  failures: number;
  /** When the last work ended, on the clock of the queue. */
  endTime: number;
  /** When it is worked on again. */
  dueTime: number;
  wake: AbortController | undefined;
}

const NEW_ENTRY = { state: 'resting', isAddedAgain: false, isUrgent: false, failures: 0 } as const;

function entryOf(key: string, entries: Map<string, Entry>): Entry {
  const entry = entries.get(key) ?? { ...NEW_ENTRY, endTime: 0, dueTime: 0, wake: undefined };
  entries.set(key, entry);
  return entry;
}

/** When a key is worked on that is added during the pause after an error. */
function dueWhenAdded({ endTime, dueTime }: Pick<Entry, 'endTime' | 'dueTime'>, now: number): number {
  return Math.min(dueTime, Math.max(endTime + MAX_PAUSE_OF_ADDED_MILLISECONDS, now));
}

/** When a key is worked on that is to rest after its work, or failed and may have been added meanwhile. */
function dueAfterWork({ endTime, isAddedAgain }: Entry, rest: number, now: number): number {
  const dueTime = endTime + rest;
  return isAddedAgain ? dueWhenAdded({ endTime, dueTime }, now) : dueTime;
}

/** Creates a queue in which no key is worked on twice at the same time. Nothing is worked on before `start`. */
export function createKeyedQueue(options: KeyedQueueOptions): KeyedQueue {
  const { clock, workers, isUrgent = () => false } = options;
  const entries = new Map<string, Entry>();
  const stopping = new AbortController();

  const enqueue = (key: string, entry: Entry): void => {
    entry.state = 'queued';
    entry.isUrgent = isUrgent(key);
    entry.wake?.abort();
    pool.add(key, entry.isUrgent);
  };
  const run = async (key: string): Promise<void> => {
    const entry = entryOf(key, entries);
    entry.state = 'running';
    entry.isAddedAgain = false;
    const rest = await work(key, entry, options, stopping.signal);
    if (stopping.signal.aborted) return;
    if (entry.isAddedAgain && entry.failures === 0) enqueue(key, entry);
    else if (rest === undefined) entries.delete(key);
    else wakeAt(key, entry, dueAfterWork(entry, rest, clock.now()));
  };
  const wakeAt = (key: string, entry: Entry, dueTime: number): void => {
    if (stopping.signal.aborted) return;
    entry.wake?.abort();
    entry.dueTime = dueTime;
    entry.wake = wakeAfter(dueTime - clock.now(), clock, () => enqueue(key, entry));
  };
  const hurry = (key: string, entry: Entry): void => {
    if (entry.state === 'failed') return enqueue(key, entry);
    entry.isUrgent = true;
    return pool.hurry(key);
  };
  const pool = createWorkerPool(run, workers, stopping.signal);

  return {
    add: (key) => {
      const entry = entryOf(key, entries);
      if (entry.state === 'running') entry.isAddedAgain = true;
      else if (entry.state === 'resting') enqueue(key, entry);
      else if (!entry.isUrgent && isUrgent(key)) hurry(key, entry);
      else if (entry.state === 'failed') wakeAt(key, entry, dueWhenAdded(entry, clock.now()));
    },
    depth: pool.depth,
    start: pool.start,
    stop: async () => {
      stopping.abort(new Error('the queue was stopped'));
      for (const { wake } of entries.values()) wake?.abort();
      await pool.ended();
    },
  };
}

/** Calls `wake` after a time, unless what it returns is aborted before. There is one for each key that rests, so it is small. */
function wakeAfter(milliseconds: number, clock: Clock, wake: () => void): AbortController {
  const earlier = new AbortController();
  const rest = Math.min(milliseconds, MAX_REST_MILLISECONDS);
  clock.sleep(rest, earlier.signal).then(wake, () => undefined);
  return earlier;
}

/** Works on a key. Returns after how many milliseconds it is due again; undefined where it is not. */
async function work(
  key: string,
  entry: Entry,
  options: KeyedQueueOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const { requeueAfterMilliseconds } = await options.work(key, signal);
    entry.failures = 0;
    return requeueAfterMilliseconds;
  } catch (error) {
    if (error instanceof TerminalError) {
      entry.failures = 0;
      if (!signal.aborted) options.onError(key, error, null);
      return undefined;
    }
    const delay = backoffDelay(entry.failures, options.random(), options.backoff);
    entry.failures += 1;
    if (!signal.aborted) options.onError(key, error, delay);
    return delay;
  } finally {
    entry.endTime = options.clock.now();
    entry.state = entry.failures === 0 ? 'resting' : 'failed';
  }
}
