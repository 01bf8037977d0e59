import { GROUP } from '../api/names.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import { resources } from '../kube/resources.ts';
import type { Clock } from '../lib/clock.ts';
import { boundNote, buildEvent, type EventFacts, type KubeEvent } from './event-object.ts';
import { formatMicroTime } from './lease-object.ts';

export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, 'create' | 'patch'>;
  /** The name of the pod. */
  readonly instance: string;
  readonly clock: Clock;
  readonly logger: KubeLogger;
  /** Returns a number in [0, 1). */
  readonly random?: () => number;
}

/** Tells people what a controller did, in the events of the object. */
export interface EventRecorder {
  /** Returns at once and never throws: an event that cannot be written is dropped. */
  readonly record: (facts: EventFacts) => void;
  /** Resolves when nothing is left to write. */
  readonly flushed: () => Promise<void>;
}

const REPORTING_CONTROLLER = `${GROUP}/operator`;

/** The same event within this time is counted in a series, as client-go does. */
const SERIES_MILLISECONDS = 360_000;
/** A series that goes on is written at most this often. The second event is written at once: it makes the series. */
const SERIES_WRITE_MILLISECONDS = 60_000;
const MAX_SERIES = 1_024;
const MAX_WAITING = 256;
/** So many events about one object at once, then one in five minutes: the spam filter of client-go. */
const BURST = 25;
const REFILL_MILLISECONDS = 300_000;

interface Series {
  /** As it was last stored; undefined until then. */
  stored: KubeEvent | undefined;
  count: number;
  lastSeenAt: number;
  lastWrittenAt: number;
}

/**
 * Writes events one after the other. The same event, of one object with the same type, reason, action and note, becomes a
 * series while it comes again within six minutes. Memory is bounded: what is seen least recently is forgotten.
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, instance, clock, logger, random = Math.random } = options;
  const known = createRecent<Series>(MAX_SERIES);
  const allows = createLimiter(clock);
  const { enqueue, flushed } = createWrites(logger);

  const begin = (key: string, facts: EventFacts): void => {
    const now = clock.now();
    const series: Series = { stored: undefined, count: 1, lastSeenAt: now, lastWrittenAt: now };
    known.set(key, series);
    const stamp = { reportingController: REPORTING_CONTROLLER, instance, now, random: random() };
    const event = buildEvent(facts, stamp);
    enqueue(async () => {
      series.stored = await client.create(resources.events, event);
    });
  };
  const goOn = (series: Series): void => {
    const now = clock.now();
    series.count += 1;
    series.lastSeenAt = now;
    if (series.count > 2 && now - series.lastWrittenAt < SERIES_WRITE_MILLISECONDS) return;
    series.lastWrittenAt = now;
    enqueue(async () => {
      if (series.stored === undefined) return;
      const { name = '', namespace, resourceVersion = '' } = series.stored.metadata;
      const update = {
        series: { count: series.count, lastObservedTime: formatMicroTime(series.lastSeenAt) },
      };
      const target = namespace === undefined ? { name } : { namespace, name };
      series.stored = await client.patch(resources.events, target, update, { resourceVersion });
    });
  };

  return {
    record: (facts) => {
      try {
        const key = keyOf(facts);
        const series = known.get(key);
        if (series !== undefined && clock.now() - series.lastSeenAt < SERIES_MILLISECONDS) goOn(series);
        else if (allows(objectOf(facts))) begin(key, facts);
      } catch (error) {
        logger.warn({ err: error }, 'event could not be recorded');
      }
    },
    flushed,
  };
}

/** Makes writes one after the other. */
function createWrites(logger: KubeLogger) {
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  const attempt = async (write: () => Promise<void>): Promise<void> => {
    try {
      await write();
    } catch (error) {
      logger.warn({ err: error }, 'event could not be written');
    } finally {
      waiting -= 1;
    }
  };
  return {
    flushed: (): Promise<void> => last,
    enqueue: (write: () => Promise<void>): void => {
      if (waiting >= MAX_WAITING) {
        logger.warn({ waiting }, 'event dropped: too many wait to be written');
        return;
      }
      waiting += 1;
      last = last.then(() => attempt(write));
    },
  };
}

function objectOf({ regarding }: EventFacts): string {
  const { namespace, name, uid } = regarding.metadata;
  return JSON.stringify([regarding.kind, namespace, name, uid]);
}

function keyOf(facts: EventFacts): string {
  const { type, reason, action, note } = facts;
  return JSON.stringify([objectOf(facts), type, reason, action, boundNote(note)]);
}

/** A map of so many entries at most, of which the one that was used least recently is left out. */
function createRecent<T>(maxEntries: number) {
  const entries = new Map<string, T>();
  const set = (key: string, value: T): void => {
    entries.delete(key);
    entries.set(key, value);
    const [oldest] = entries.keys();
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
  };
  return {
    set,
    get: (key: string): T | undefined => {
      const value = entries.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
  };
}

/** Whether one more event about an object may be written now. */
function createLimiter(clock: Clock): (object: string) => boolean {
  const buckets = createRecent<{ readonly tokens: number; readonly at: number }>(MAX_SERIES);
  return (object) => {
    const now = clock.now();
    const { tokens, at } = buckets.get(object) ?? { tokens: BURST, at: now };
    const filled = Math.min(BURST, tokens + (now - at) / REFILL_MILLISECONDS);
    buckets.set(object, { tokens: filled >= 1 ? filled - 1 : filled, at: now });
    return filled >= 1;
  };
}
