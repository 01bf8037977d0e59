import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { UsedProxy } from '../../gateway/use-proxy.ts';
import { badRequests, type Draw } from './bad-requests.ts';
import { exchange, type Reply } from './exchange.ts';

export interface BadInputRun {
  readonly requests: number;
  readonly seed: number;
}

/** What a run found. */
export interface BadInputResult {
  /** Replies by the name of the request, as `403 HostNotAllowed`, each with how often it came. */
  readonly replies: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Bytes of heap after the first fifth and at the end, each after a collection. */
  readonly heapBytes: readonly [early: number, late: number];
}

const IN_FLIGHT = 16;
const FIRST_SANDBOX = 10;
const SANDBOXES = 40;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Sends bad requests in an order that the seed gives: some from sandboxes with their proof, some from nobody. */
export async function sendBadInput(
  gateway: UsedProxy,
  { requests, seed }: BadInputRun,
): Promise<BadInputResult> {
  const draw = createDraw(seed);
  const replies = new Map<string, Map<string, number>>();
  let sent = 0;
  let early = 0;
  const sendOne = async (): Promise<void> => {
    const isKnown = draw.below(2) === 0;
    const choices = badRequests(isKnown ? gateway.access.secret : null, draw);
    const { name, server, bytes, ending } = choices[draw.below(choices.length)]!;
    const from = isKnown
      ? `127.0.0.${FIRST_SANDBOX + draw.below(SANDBOXES)}`
      : `127.${1 + draw.below(16)}.${draw.below(16)}.${1 + draw.below(8)}`;
    const authorities = server === 'api' ? { authorities: gateway.authority.certificate } : {};
    const reply = await exchange({ port: gateway.ports[server], from, ...authorities }, bytes, ending);
    const counts = replies.get(name) ?? new Map<string, number>();
    const key = describeReply(reply);
    replies.set(name, counts.set(key, (counts.get(key) ?? 0) + 1));
  };
  const work = async (): Promise<void> => {
    while (sent < requests) {
      sent += 1;
      if (sent === Math.ceil(requests / 5)) early = measureHeap();
      await sendOne();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  return { replies, heapBytes: [early, measureHeap()] };
}

/** How many TCP connections this process has. */
export function countSockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
}

function describeReply({ status, reason }: Reply): string {
  return status === null ? 'closed' : `${status} ${reason ?? ''}`;
}

function measureHeap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** Mulberry32: the same draws for the same seed. */
function createDraw(seed: number): Draw {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))) };
}
