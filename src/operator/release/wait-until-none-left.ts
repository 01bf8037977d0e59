import type { Clock } from '../../lib/clock.ts';

/** What is waited for. */
export interface LeftObjects {
  /** Names what is still there. */
  readonly find: () => readonly string[] | Promise<readonly string[]>;
  /** Called at first, and then every ten seconds. */
  readonly report: (left: readonly string[]) => void;
}

const INTERVAL_MILLISECONDS = 500;
const REPORT_EVERY = 20;

/** Resolves when nothing is left. Rejects when the signal is aborted first. */
export async function waitUntilNoneLeft(
  { find, report }: LeftObjects,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  for (let round = 0; ; round += 1) {
    const left = await find();
    if (left.length === 0) return;
    if (round % REPORT_EVERY === 0) report(left);
    await clock.sleep(INTERVAL_MILLISECONDS, signal);
  }
}
