import type { Clock } from './clock.ts';
import { unlessAborted } from './unless-aborted.ts';

/** How long a piece of work may take and what else ends it. */
export interface Deadline {
  readonly clock: Clock;
  readonly milliseconds: number;
  readonly signal?: AbortSignal;
  /** The error that the work ends with when its time is over. */
  readonly onTimeout: () => Error;
}

// Without a reason each abort makes an error with a stack, for every request that is answered.
const OVER = new Error('the work has ended');

/**
 * Runs work under a signal that is aborted at the deadline or by the caller, and throws the reason of that abort. It does
 * not wait for work that ignores its signal.
 */
export async function withDeadline<T>(
  deadline: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, milliseconds, signal, onTimeout } = deadline;
  signal?.throwIfAborted();
  const ended = new AbortController();
  const controller = new AbortController();
  const forward = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', forward, { once: true });
  clock.sleep(milliseconds, ended.signal).then(
    () => controller.abort(onTimeout()),
    () => undefined,
  );
  try {
    return await unlessAborted(work(controller.signal), controller.signal);
  } catch (error) {
    // The library may wrap the reason of an abort in an error of its own.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    ended.abort(OVER);
    signal?.removeEventListener('abort', forward);
  }
}
