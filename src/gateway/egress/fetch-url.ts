import type { Reason } from '../../policy/reasons.ts';
import type { HoldBytes } from './decode-body.ts';
import { type EgressRefusal, RefusalError, refusalOf } from './egress-refusal.ts';
import {
  type Exchange,
  type ExchangeLimits,
  type ExchangeRequest,
  type ExchangeWorld,
  type Traffic,
  withExchange,
} from './fetch-exchange.ts';
import { type Headers, readRequestHeaders, readResponseHeaders } from './fetch-headers.ts';

export type FetchMethod = 'GET' | 'HEAD' | 'POST';

/** One request of the exchange: the first, or what a redirect asks for. */
export interface FetchHop {
  readonly url: string;
  readonly method: FetchMethod;
}

export interface FetchRequest extends FetchHop {
  /** Names in any case. One that the gateway does not send is refused. */
  readonly headers: Headers;
  /** Only with POST. */
  readonly body: Buffer | null;
}

/** What the policy has read in the URL. Exactly this is sent. */
export interface FetchTarget extends Pick<ExchangeRequest, 'host' | 'port' | 'target'> {
  /** The same as one URL: the base of a redirect. */
  readonly href: string;
}

/** How one request of the exchange ended. */
export interface HopEnd extends Readonly<Traffic> {
  readonly status: number | null;
  /** Why it failed; null where it was answered. */
  readonly reason: Reason | null;
}

/** `onEnd` is called once for a target, whatever comes of it. */
export type HopDecision =
  | { readonly target: FetchTarget; readonly onEnd?: (end: HopEnd) => void }
  | { readonly refusal: EgressRefusal };

export interface FetchLimits extends ExchangeLimits {
  /** For everything, redirects included. */
  readonly maxMilliseconds: number;
}

export interface FetchOptions extends ExchangeWorld {
  /** Asked about each hop before its host is resolved, with the number of redirects before it. */
  readonly decide: (hop: FetchHop, redirects: number) => HopDecision | Promise<HopDecision>;
  readonly request: FetchRequest;
  readonly limits: FetchLimits;
  readonly hold: HoldBytes;
  /** Aborted to cut the exchange. */
  readonly signal: AbortSignal;
}

export interface FetchResponse {
  readonly status: number;
  /** Without those of the connection and the encoding, and without cookies. */
  readonly headers: Headers;
  /** Decompressed. */
  readonly body: Buffer;
}

/** The sum of all connections. */
export interface FetchTraffic extends Traffic {
  redirects: number;
  /** Of the first connection. */
  address: string | null;
}

export type FetchResult = { readonly traffic: Readonly<FetchTraffic> } & (
  | { readonly response: FetchResponse }
  | { readonly refusal: EgressRefusal }
);

const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Fetches a URL over HTTPS. Each redirect is decided and resolved as the first request was. Rejects only on a fault of ours. */
export async function fetchURL(options: FetchOptions): Promise<FetchResult> {
  const { limits, signal } = options;
  const traffic: FetchTraffic = { bytesUp: 0, bytesDown: 0, redirects: 0, address: null };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(timedOut(limits)), limits.maxMilliseconds);
  const onAbort = (): void =>
    controller.abort(
      new RefusalError('CallCut', 'The fetch was ended while it ran: what allowed it has changed.'),
    );
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return { response: await followRedirects(options, traffic, controller.signal), traffic };
  } catch (error) {
    return { refusal: refusalOf(controller.signal.aborted ? controller.signal.reason : error), traffic };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function timedOut({ maxMilliseconds }: FetchLimits): RefusalError {
  const message = `The exchange took longer than ${maxMilliseconds} ms. Ask for less, or raise maxExecutionSeconds of the tool.`;
  return new RefusalError('ResponseTimedOut', message);
}

async function followRedirects(
  options: FetchOptions,
  traffic: FetchTraffic,
  signal: AbortSignal,
): Promise<FetchResponse> {
  const { decide, request: first } = options;
  let request: FetchRequest = { ...first, headers: readRequestHeaders(first.headers) };
  let origin: string | null = null;
  for (;;) {
    signal.throwIfAborted();
    const decided = await decide({ url: request.url, method: request.method }, traffic.redirects);
    if ('refusal' in decided) throw new RefusalError(decided.refusal.reason, decided.refusal.message);
    const { target, onEnd } = decided;
    const from: string | null = origin;
    origin = originOf(target);
    const hop = { request, target, from, onEnd };
    const answer = await makeHop(options, hop, traffic, signal);
    if ('status' in answer) return answer;
    traffic.redirects += 1;
    if (traffic.redirects > MAX_REDIRECTS) throw redirectRefused(`more than ${MAX_REDIRECTS} times`);
    request = answer;
  }
}

interface Hop {
  readonly request: FetchRequest;
  readonly target: FetchTarget;
  /** Host and port of the request before; null for the first. */
  readonly from: string | null;
  readonly onEnd: ((end: HopEnd) => void) | undefined;
}

/** Makes one request, adds what it took to the whole, and says how it ended. */
async function makeHop(
  options: FetchOptions,
  { request: given, target, from, onEnd }: Hop,
  whole: FetchTraffic,
  signal: AbortSignal,
): Promise<FetchRequest | FetchResponse> {
  const { limits, hold } = options;
  const traffic: Traffic = { bytesUp: 0, bytesDown: 0, address: null };
  let end: Pick<HopEnd, 'status' | 'reason'> = { status: null, reason: 'Fault' };
  try {
    const request = from === null || from === originOf(target) ? given : forAnotherOrigin(given, from);
    const sent = { ...request, ...target };
    return await withExchange(
      { world: options, request: sent, limits, hold, traffic, signal },
      async (exchange) => {
        const answer = await readAnswer(exchange, request, target);
        end = { status: exchange.status, reason: null };
        return answer;
      },
    );
  } catch (error) {
    const thrown: unknown = signal.aborted ? signal.reason : error;
    if (thrown instanceof RefusalError) end = { status: null, reason: thrown.refusal.reason };
    throw error;
  } finally {
    whole.bytesUp += traffic.bytesUp;
    whole.bytesDown += traffic.bytesDown;
    if (from === null) whole.address = traffic.address;
    onEnd?.({ ...traffic, ...end });
  }
}

/** The request that a redirect asks for, or the response. */
async function readAnswer(
  exchange: Exchange,
  request: FetchRequest,
  { href }: FetchTarget,
): Promise<FetchRequest | FetchResponse> {
  const { status, headers } = exchange;
  const { location } = headers;
  if (!REDIRECTS.has(status) || location === undefined) {
    return { status, headers: readResponseHeaders(headers), body: await exchange.readBody() };
  }
  const url = URL.parse(location, href);
  if (url === null) throw redirectRefused('to what is not a URL');
  if (url.protocol !== 'https:') throw redirectRefused('to what is not HTTPS');
  url.hash = '';
  const next = { ...request, url: url.href };
  // RFC 9110, sections 15.4.2 to 15.4.4, and what browsers do.
  const isGet = status === 303 || (status < 303 && request.method === 'POST');
  if (!isGet || request.method === 'HEAD') return next;
  const { 'content-type': _, ...kept } = request.headers;
  return { ...next, method: 'GET', headers: kept, body: null };
}

function originOf({ host, port }: FetchTarget): string {
  return `${host}:${port}`;
}

/** What was meant for one host is not told to another. */
function forAnotherOrigin(request: FetchRequest, from: string): FetchRequest {
  if (request.body !== null)
    throw redirectRefused(`from "${from}" to another host with the body of the request`);
  return { ...request, headers: {} };
}

function redirectRefused(how: string): RefusalError {
  return new RefusalError(
    'RedirectNotAllowed',
    `The destination redirects ${how}. Fetch the right URL at once.`,
  );
}
