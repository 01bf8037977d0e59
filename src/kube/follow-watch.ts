import type { Clock } from '../lib/clock.ts';
import type { KubeClient, Selection } from './kube-client.ts';
import { KubeError } from './kube-error.ts';
import type { KubeObject } from './kube-object.ts';
import { describeRequest, type KubeResource } from './kube-resource.ts';
import { errorFromFailure } from './request-error.ts';
import { createLineSplitter, parseWatchEvent, type WatchEvent } from './watch-event.ts';

/** One watch, from a resource version to its end. Times in milliseconds. */
export interface WatchPlan {
  readonly client: Pick<KubeClient, 'watch' | 'server'>;
  readonly resource: KubeResource;
  readonly selection: Selection;
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  /** The connection counts as dead after so long without a byte. */
  readonly maxSilenceMilliseconds: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Receives what a watch brings, in order. */
export interface WatchListener<T extends KubeObject> {
  /** Bytes arrived. */
  readonly onContact: () => void;
  readonly onEvent: (event: WatchEvent<T>) => void;
}

// etcd refuses objects over 1.5 MB by default; JSON escapes and a raised limit leave ample room.
const MAX_LINE_CHARACTERS = 16 * 1_024 * 1_024;

/** Resolves when the server ends the watch; throws a KubeError for everything else but the signal's abort. */
export async function followWatch<T extends KubeObject>(
  plan: WatchPlan,
  listener: WatchListener<T>,
): Promise<void> {
  const { client, resource, selection, resourceVersion, timeoutSeconds, clock, signal } = plan;
  const request = describeRequest('watch', resource, { namespace: selection.namespace });
  const idle = new AbortController();
  const ended = new AbortController();
  let lastContact = clock.now();
  const contact = (): void => {
    lastContact = clock.now();
    listener.onContact();
  };
  try {
    const stream = await client.watch(resource, {
      ...selection,
      resourceVersion,
      timeoutSeconds,
      signal: AbortSignal.any([signal, idle.signal]),
    });
    contact();
    void guardIdle(plan, request, { idle, ended, lastContact: () => lastContact });
    const split = createLineSplitter(MAX_LINE_CHARACTERS);
    for await (const chunk of stream) {
      contact();
      for (const line of split(chunk as Uint8Array)) {
        signal.throwIfAborted();
        listener.onEvent(parseWatchEvent<T>(request, line));
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    throw errorFromFailure(request, client.server, error);
  } finally {
    ended.abort();
  }
}

interface IdleWatch {
  readonly idle: AbortController;
  readonly ended: AbortController;
  readonly lastContact: () => number;
}

// TCP alone notices a half-open connection after many minutes, if at all; until then a cache would be silently old.
async function guardIdle(plan: WatchPlan, request: string, watch: IdleWatch): Promise<void> {
  const { clock, maxSilenceMilliseconds } = plan;
  try {
    for (;;) {
      const rest = watch.lastContact() + maxSilenceMilliseconds - clock.now();
      if (rest <= 0) break;
      await clock.sleep(rest, watch.ended.signal);
    }
  } catch {
    return;
  }
  const message = `${request} was silent for ${maxSilenceMilliseconds / 1_000} s: the connection counts as lost`;
  watch.idle.abort(new KubeError(message, { reason: 'Timeout' }));
}
