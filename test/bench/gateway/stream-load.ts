import { setTimeout as delay } from 'node:timers/promises';
import { type AgentStream, openStream, type StreamServer } from './agent-stream.ts';
import { MODEL_PATH, MODEL_UPSTREAM, streamRequest } from './bench-upstreams.ts';
import { EVENT_BYTES, isEventsAt } from './event-stream.ts';
import { benchSandboxes } from './sandboxes.ts';

/** Streams of events that agents read, one of each sandbox. */
export interface AgentStreams {
  /** How many events have come. Throws if a byte was wrong, or a stream has ended. */
  readonly events: () => number;
  /** Resolves when each stream has so many events. */
  readonly eachHas: (events: number) => Promise<void>;
  /** Ends all of them, as an agent does that cancels. */
  readonly cancel: () => void;
}

const OPENING = 20;
const POLL_MILLISECONDS = 10;

interface ReadStream {
  /** How many bytes have come. */
  readonly position: () => number;
  readonly fault: () => string | null;
  readonly cancel: () => void;
}

/** Opens so many streams of a model, and reads each as it comes. Every byte is compared. */
export async function openStreams(server: StreamServer, count: number): Promise<AgentStreams> {
  const sandboxes = benchSandboxes().slice(0, count);
  const streams: ReadStream[] = [];
  let next = 0;
  const openInTurn = async (): Promise<void> => {
    for (let sandbox = sandboxes[next++]; sandbox !== undefined; sandbox = sandboxes[next++]) {
      const asked = { path: `/upstreams/${MODEL_UPSTREAM}${MODEL_PATH}`, body: streamRequest() };
      streams.push(readEvents(await openStream(server, asked, sandbox)));
    }
  };
  await Promise.all(Array.from({ length: OPENING }, openInTurn));
  if (streams.length !== count) throw new Error(`there are ${streams.length} sandboxes for ${count} streams`);
  const counts = (): readonly number[] =>
    streams.map(({ position, fault }) => {
      const found = fault();
      if (found !== null) throw new Error(found);
      return Math.floor(position() / EVENT_BYTES);
    });
  return {
    events: () => counts().reduce((sum, one) => sum + one, 0),
    eachHas: async (events) => {
      while (Math.min(...counts()) < events) await delay(POLL_MILLISECONDS);
    },
    cancel: () => streams.forEach(({ cancel }) => cancel()),
  };
}

function readEvents({ response, raw }: AgentStream): ReadStream {
  let position = 0;
  let fault: string | null = null;
  response.on('data', (chunk: Buffer) => {
    if (!isEventsAt(position, chunk)) fault ??= `a stream is wrong after ${position} bytes`;
    position += chunk.length;
  });
  response.on('error', () => undefined);
  response.once('close', () => (fault ??= `a stream has ended after ${position} bytes`));
  return { position: () => position, fault: () => fault, cancel: () => raw.destroy() };
}
