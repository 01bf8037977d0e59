import type { Clock } from '../lib/clock.ts';
import type { KubeError } from './kube-error.ts';
import type { KubeLogger } from './kube-logger.ts';
import { planReconnect } from './plan-reconnect.ts';

/** What the loop drives: one list and one watch at a time. */
export interface WatchLoopPort {
  /** Lists and delivers the difference. Returns the list's resource version. */
  readonly list: (signal: AbortSignal) => Promise<string>;
  /** Watches from a version until the server ends it; reports each version that it has delivered. */
  readonly follow: (
    resourceVersion: string,
    onVersion: (resourceVersion: string) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  readonly toError: (error: unknown) => KubeError;
}

/** Time, chance and log of the loop. */
export interface WatchLoopContext {
  readonly clock: Clock;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly logger: KubeLogger;
}

/** Lists and watches until the signal is aborted; every failure leads to another round. */
export async function runWatchLoop(
  port: WatchLoopPort,
  context: WatchLoopContext,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, logger } = context;
  let resourceVersion: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const listed = resourceVersion === undefined;
    let started = clock.now();
    let progressed = false;
    let error: KubeError | undefined;
    try {
      resourceVersion ??= await port.list(signal);
      started = clock.now();
      const onVersion = (version: string): void => {
        resourceVersion = version;
        progressed = true;
      };
      await port.follow(resourceVersion, onVersion, signal);
    } catch (caught) {
      if (signal.aborted) return;
      error = port.toError(caught);
    }
    const lived = clock.now() - started;
    const plan = planReconnect({ error, failures, listed, progressed, lived, random: random() });
    failures = plan.failures;
    if (plan.relist) resourceVersion = undefined;
    if (error !== undefined) logger.warn({ err: error, ...plan }, 'watch interrupted');
    await clock.sleep(plan.delay, signal).catch(() => undefined);
  }
}
