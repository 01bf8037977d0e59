import { type LoadClient, startLoadClient } from './load/load-client.ts';
import type { RunningBaseline } from './servers/start-baseline.ts';
import { startBaseline } from './servers/start-baseline.ts';
import { type MeasuredCloister, startMeasuredCloister } from './servers/start-measured-cloister.ts';

/** What a bar may use while it is measured. Servers are started when they are first asked for, and shared. */
export interface Bench {
  /** Small counts: to try the bench itself, never for figures that are told. */
  readonly isQuick: boolean;
  /** Says where it is, on standard error. */
  readonly tell: (text: string) => void;
  readonly client: () => LoadClient;
  readonly baseline: () => Promise<RunningBaseline>;
  readonly cloister: () => Promise<MeasuredCloister>;
  /** Runs what several bars read from once, under a name. */
  readonly once: <Result>(name: string, run: () => Promise<Result>) => Promise<Result>;
}

/** A bench, and the end of everything it started. */
export interface RunningBench {
  readonly bench: Bench;
  readonly stop: () => Promise<void>;
}

export function createBench(given: Pick<Bench, 'isQuick' | 'tell'>): RunningBench {
  const results = new Map<string, Promise<unknown>>();
  const started: (() => Promise<void> | void)[] = [];
  let client: LoadClient | null = null;
  function once<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
    const before = results.get(name) as Promise<Result> | undefined;
    if (before !== undefined) return before;
    const result = run();
    results.set(name, result);
    return result;
  }
  const start = <Server extends { stop: () => Promise<void> }>(name: string, run: () => Promise<Server>) =>
    once(`server ${name}`, async () => {
      given.tell(`starting ${name}`);
      const server = await run();
      started.push(() => server.stop());
      return server;
    });
  const startClient = (): LoadClient => {
    const running = startLoadClient();
    started.push(() => running.stop());
    return running;
  };
  const bench: Bench = {
    ...given,
    once,
    client: () => (client ??= startClient()),
    baseline: () => start('the baseline webhook', startBaseline),
    cloister: () => start('a control plane with Cloister', startMeasuredCloister),
  };
  const stop = async (): Promise<void> => {
    for (const end of started.toReversed()) await end();
  };
  return { bench, stop };
}
