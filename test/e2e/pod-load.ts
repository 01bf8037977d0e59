import { apiServerCaller } from '../testbed/api-server-caller.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';
import { compliantPod, oversizedPod, podsPath } from './samples.ts';

/** What came of a load. */
export interface PodLoadOutcome {
  readonly admitted: number;
  /** Compliant pods that were not admitted: status and message. */
  readonly failed: readonly string[];
  readonly refused: number;
  /** Bad pods that were admitted; must be none, whatever happens. */
  readonly letThrough: number;
}

/** A load of dry runs through the API server that goes on until it is stopped. */
export interface PodLoad {
  readonly outcome: () => PodLoadOutcome;
  readonly stop: () => Promise<PodLoadOutcome>;
}

const PAUSE_MILLISECONDS = 10;
const LONGEST_MILLISECONDS = 90_000;

/**
 * Creates pods as dry runs from some senders at once, each one after the other, every second of them bad:
 * by default in a way that only the webhook sees. It ends by itself after 90 s.
 */
export function startPodLoad(
  { connection }: ControlPlane,
  senders: number,
  badPod: (name: string) => object = oversizedPod,
): PodLoad {
  const caller = apiServerCaller(connection);
  const failed: string[] = [];
  const count = { admitted: 0, refused: 0, letThrough: 0 };
  const end = performance.now() + LONGEST_MILLISECONDS;
  const stopping = new AbortController();
  const send = async (body: object): Promise<{ status: number; message: string }> => {
    const path = `${podsPath()}?dryRun=All`;
    try {
      const answer = await caller.send({ method: 'POST', path, body });
      return { status: answer.status, message: answer.body.message ?? '' };
    } catch (error) {
      return { status: 0, message: String(error) };
    }
  };
  const loop = async (sender: number): Promise<void> => {
    for (let round = 0; !stopping.signal.aborted && performance.now() < end; round += 1) {
      const good = await send(compliantPod(`good-${sender}-${round}`));
      if (good.status === 201) count.admitted += 1;
      else failed.push(`${good.status} ${good.message}`);
      const bad = await send(badPod(`bad-${sender}-${round}`));
      if (bad.status === 201) count.letThrough += 1;
      else count.refused += 1;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  };
  const running = Array.from({ length: senders }, (_, sender) => loop(sender));
  const outcome = (): PodLoadOutcome => ({ ...count, failed: [...failed] });
  return {
    outcome,
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
      caller.close();
      return outcome();
    },
  };
}
