import type { Logger } from '../lib/log.ts';

/** Ends the program when it is asked to: with exit code 0 once `stop` has resolved, with 1 where it rejects. */
export function endOnSignal(stop: () => Promise<void>, log: Logger): void {
  const end = async (): Promise<void> => {
    try {
      await stop();
      process.exit(0);
    } catch (error) {
      log.fatal({ err: error }, 'shutdown failed');
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end());
}
