import { isKubeError } from '../kube/kube-error.ts';
import type { Clock } from '../lib/clock.ts';
import { type LeaseTimes, writesUntil } from './decide-lease.ts';
import { type Leadership, NotLeaderError } from './fenced-client.ts';

/** One stretch of time for which this process leads. It ends once and does not begin again. */
export interface Term extends Leadership {
  /** Aborted when the term has ended. */
  readonly ended: AbortSignal;
  /** The lease was renewed by a request sent at `renewedAt`. */
  readonly renewed: (renewedAt: number) => void;
  /** Ends the term at once: writes are refused, and those under way are cut off. */
  readonly end: (why: string) => void;
  /**
   * Ends the term for new writes, and resolves when none of the old ones can arrive any more. Those that are not answered
   * within `milliseconds` are cut off, and count as under way for the margin.
   */
  readonly close: (milliseconds: number) => Promise<void>;
}

export interface TermOptions {
  readonly clock: Clock;
  readonly times: LeaseTimes;
  /** When the request was sent by which the lease was acquired. */
  readonly renewedAt: number;
}

export function createTerm({ clock, times, renewedAt }: TermOptions): Term {
  const ended = new AbortController();
  const cutoff = new AbortController();
  const tracker = createTracker(clock);
  let until = writesUntil(renewedAt, times);
  const end = (why: string): void => {
    const error = new NotLeaderError(`this process no longer leads: ${why}`);
    ended.abort(error);
    cutoff.abort(error);
  };
  const expire = async (): Promise<void> => {
    while (!cutoff.signal.aborted) {
      const rest = until - clock.now();
      if (rest <= 0) return end('the lease could not be renewed in time');
      await clock.sleep(rest, cutoff.signal).catch(() => undefined);
    }
    return undefined;
  };
  void expire();
  return {
    ended: ended.signal,
    cutoff: cutoff.signal,
    assertHeld: () => {
      if (clock.now() >= until) end('the lease could not be renewed in time');
      ended.signal.throwIfAborted();
    },
    track: tracker.track,
    renewed: (time) => {
      until = Math.max(until, writesUntil(time, times));
    },
    end,
    close: async (milliseconds) => {
      ended.abort(new NotLeaderError('this process no longer leads: it is shutting down'));
      const answered = new AbortController();
      await Promise.race([
        tracker.settled(),
        clock.sleep(milliseconds, answered.signal).catch(() => undefined),
      ]);
      answered.abort();
      end('it is shutting down');
      await tracker.settled();
      const lost = tracker.lostAt();
      const rest = lost === null ? 0 : lost + times.marginMilliseconds - clock.now();
      if (rest > 0) await clock.sleep(rest);
    },
  };
}

/** Remembers the writes under way, and when the answer of one was last lost: it may arrive after that. */
function createTracker(clock: Clock) {
  const underWay = new Set<Promise<void>>();
  let lostAt: number | null = null;
  return {
    track: (write: Promise<unknown>, isSent: () => boolean): void => {
      const settled = write.then(
        () => undefined,
        (error: unknown) => {
          const isAnswered = isKubeError(error) && (error.status !== undefined || error.neverSent);
          if (isSent() && !isAnswered) lostAt = clock.now();
        },
      );
      const tracked = settled.finally(() => underWay.delete(tracked));
      underWay.add(tracked);
    },
    settled: async (): Promise<void> => void (await Promise.all(underWay)),
    lostAt: (): number | null => lostAt,
  };
}
