import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { openStream, type StreamServer } from './agent-stream.ts';
import { BULK_PATH, ITEMS_UPSTREAM } from './bench-upstreams.ts';
import { isPatternAt } from './byte-pattern.ts';
import type { GatewayReport } from './gateway-side.ts';
import { readKernelQueues } from './kernel-queues.ts';
import { type BenchSandbox, benchSandboxes } from './sandboxes.ts';

/** An agent that takes a long response in parts. */
interface SlowReader {
  readonly raw: Socket;
  /** Takes so many bytes more, and then nothing. */
  readonly take: (bytes: number) => Promise<void>;
  readonly leave: () => void;
}

const LOOKS = 4;
const TAKEN_BYTES = 1024 * 1024;
const POLL_MILLISECONDS = 200;
const QUIET_MILLISECONDS = 30_000;

/**
 * Has agents take a long response in parts, and looks after each part how much the gateway holds for each agent: the bytes that
 * it has read from the upstream and that are neither with the agent nor on their way in the kernel, TLS included. Resolves to
 * these, look by look.
 */
export async function readSlowly(
  server: StreamServer,
  count: number,
  report: () => Promise<GatewayReport>,
): Promise<readonly (readonly number[])[]> {
  const readers: SlowReader[] = [];
  // One after the other, so that the connections to the upstream have the order of the readers.
  for (const sandbox of benchSandboxes().slice(0, count)) readers.push(await openReader(server, sandbox));
  const port = Number(new URL(server.url).port);
  const held: (readonly number[])[] = [];
  for (let look = 0; look < LOOKS; look++) {
    await Promise.all(readers.map(({ take }) => take(look * TAKEN_BYTES)));
    held.push(await heldWhenQuiet(() => heldBytes(readers, port, report)));
  }
  for (const { leave } of readers) leave();
  return held;
}

async function heldBytes(
  readers: readonly SlowReader[],
  port: number,
  report: () => Promise<GatewayReport>,
): Promise<readonly number[]> {
  const queued = await readKernelQueues();
  const { upstreamBytesRead } = await report();
  if (upstreamBytesRead.length !== readers.length) {
    throw new Error(`the upstream has ${upstreamBytesRead.length} connections for ${readers.length} readers`);
  }
  return readers.map(({ raw }, index) => {
    const onItsWay = queued({ client: raw.localPort ?? 0, server: port });
    return (upstreamBytesRead[index] ?? Number.NaN) - onItsWay - raw.bytesRead;
  });
}

/** Looks until nothing moves any more: until then the figures are not of one moment. */
async function heldWhenQuiet(look: () => Promise<readonly number[]>): Promise<readonly number[]> {
  const until = performance.now() + QUIET_MILLISECONDS;
  let before = await look();
  while (performance.now() < until) {
    await delay(POLL_MILLISECONDS);
    const now = await look();
    if (now.every((bytes, index) => bytes === before[index])) return now;
    before = now;
  }
  throw new Error(`what readers are held was not still within ${QUIET_MILLISECONDS} ms`);
}

async function openReader(server: StreamServer, sandbox: BenchSandbox): Promise<SlowReader> {
  const asked = { path: `/upstreams/${ITEMS_UPSTREAM}${BULK_PATH}`, body: null };
  const { response, raw } = await openStream(server, asked, sandbox);
  return { raw, take: takeFrom(response), leave: () => raw.destroy() };
}

function takeFrom(response: IncomingMessage): SlowReader['take'] {
  let position = 0;
  let wanted = 0;
  let onTaken = (): void => undefined;
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    if (!isPatternAt(position, chunk)) response.destroy(new Error(`a byte is wrong after ${position}`));
    position += chunk.length;
    if (position < wanted) return;
    response.pause();
    onTaken();
  });
  response.pause();
  return (bytes) =>
    new Promise((resolve, reject) => {
      wanted = position + bytes;
      onTaken = resolve;
      response.once('error', reject);
      if (bytes === 0) resolve();
      else response.resume();
    });
}
