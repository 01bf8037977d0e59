import type { ServerResponse } from 'node:http';
import type { FetchURL } from '../../policy/egress/parse-fetch-url.ts';
import { baseOf, decideRedirect, type RedirectDecision } from '../../policy/upstreams/decide-redirect.ts';
import type { UpstreamPolicy } from '../../policy/upstreams/upstream-policy.ts';
import { RefusalError } from '../egress/egress-refusal.ts';
import { isEventStream, type ModelUsage } from './model-usage.ts';
import { RedirectRefusedError } from './redirects.ts';
import { type LinkBase, leadThrough, passHeaders } from './response-headers.ts';
import type { ResponseHead, ResponseSink } from './run-exchange.ts';
import { createResponseBody, type ResponseBody } from './response-body.ts';
import { hasSecret } from './secret-net.ts';

export interface PassedResponse {
  /** To the agent. */
  readonly response: ServerResponse;
  readonly upstream: UpstreamPolicy;
  readonly method: string;
  /** The URL that was asked. */
  readonly href: string;
  /** Where the agent reaches the upstream. */
  readonly gateway: string;
  /** The forms of what must not get to the agent. */
  readonly forms: readonly string[];
  readonly usage: ModelUsage | null;
  /** Whether the event with the usage of a stream is for the gateway alone. */
  readonly keepsUsageEvent: boolean;
}

/** What became of a response. */
export interface PassedState {
  readonly sink: ResponseSink;
  /** Null before there was a head. */
  readonly status: () => number | null;
  /** The request that it asks for, where the gateway makes it. */
  readonly next: () => FetchURL | null;
}

/** The next bytes are taken when no more than this waits for an agent that reads slowly. */
const MAX_HELD_BYTES = 1_024;

/** Passes a response on as it comes, no faster than the agent reads it, and ends before a secret in it. */
export function passResponse(passed: PassedResponse): PassedState {
  const { response, usage, upstream } = passed;
  const writer = createPacedWriter(response);
  let body: ResponseBody | null = null;
  let status: number | null = null;
  let next: FetchURL | null = null;
  const sink: ResponseSink = {
    start: (head) => {
      status = head.status;
      const location = locationOf(head);
      // Records and other hosts would be told what the agent must not have either.
      if (holdsSecret(location, passed)) throw secretFound(upstream);
      const decided = decideRedirect(upstream, { ...passed, ...head, location });
      if (decided.effect === 'Refuse') throw redirectRefused(upstream, decided);
      if (decided.effect === 'Follow') {
        next = decided.url;
        return false;
      }
      requirePlain(passed, head);
      const type = head.headers['content-type'] ?? '';
      usage?.start(head.status, type);
      const sent = { ...passed, keepsUsageEvent: passed.keepsUsageEvent && isEventStream(type) };
      body = createResponseBody(sent);
      sendHead(sent, head, decided.location);
      writer.flushSoon();
      return true;
    },
    write: (chunk, resume) => {
      const bytes = body?.push(chunk) ?? null;
      if (bytes === null) throw secretFound(upstream);
      return writer.write(bytes, resume);
    },
    end: () => {
      writer.write(body?.end() ?? Buffer.alloc(0), () => undefined);
      response.end();
    },
  };
  return { sink, status: () => status, next: () => next };
}

/** Writes no faster than the agent reads. */
function createPacedWriter(response: ServerResponse) {
  let isBegun = false;
  let held: (() => void) | null = null;
  const onWritten = (): void => {
    if (held === null || response.writableLength > MAX_HELD_BYTES) return;
    const resume = held;
    held = null;
    resume();
  };
  return {
    /** Returns false where it calls `resume` when it can take more. */
    write: (bytes: Buffer, resume: () => void): boolean => {
      if (bytes.length === 0) return true;
      isBegun = true;
      response.write(bytes, onWritten);
      held = response.writableLength > MAX_HELD_BYTES ? resume : null;
      return held === null;
    },
    /** An event may come late. Where the first bytes of the body are there, the head is sent with them. */
    flushSoon: (): void =>
      queueMicrotask(() => {
        if (!isBegun && !response.writableEnded) response.flushHeaders();
      }),
  };
}

function locationOf({ headers }: ResponseHead): string | undefined {
  return [headers.location ?? []].flat()[0];
}

/** Whether a location has a secret in it, as it is written or as it is read. */
function holdsSecret(location: string | undefined, { href, forms }: PassedResponse): boolean {
  if (location === undefined) return false;
  return hasSecret([location, URL.parse(location, href)?.href ?? ''], forms);
}

/** What is encoded cannot be looked into. */
function requirePlain(
  { method, upstream: { host } }: PassedResponse,
  { status, headers }: ResponseHead,
): void {
  const isEmpty = method === 'HEAD' || status === 204 || status === 304;
  const encodings = [headers['content-encoding'] ?? [], headers['transfer-encoding'] ?? []].flat();
  const isPlain = encodings.every((one) => ['', 'identity', 'chunked'].includes(one.trim().toLowerCase()));
  if (isEmpty || isPlain) return;
  const message = `The response of "${host}" is compressed, although the gateway asks for one that is not. Ask for something else.`;
  throw new RefusalError('ResponseEncoded', message);
}

function sendHead(
  { response, upstream, gateway, forms, keepsUsageEvent }: PassedResponse,
  { status, headers }: ResponseHead,
  location: string | null,
): void {
  const base: LinkBase = { upstream: baseOf(upstream), gateway };
  const passed = passHeaders(headers, base);
  const led = location === null ? null : leadThrough(location, base);
  if (led !== null) passed['location'] = led;
  // The body is shorter by an event.
  if (keepsUsageEvent) delete passed['content-length'];
  if (hasSecret(Object.entries(passed).flat(2), forms)) throw secretFound(upstream);
  response.writeHead(status, passed);
}

export function secretFound({ host }: Pick<UpstreamPolicy, 'host'>): RefusalError {
  const message = `The response of "${host}" is cut off: it held the credential of the request.`;
  return new RefusalError('SecretInResponse', message);
}

function redirectRefused(
  { host }: UpstreamPolicy,
  { why, url }: Extract<RedirectDecision, { effect: 'Refuse' }>,
): RefusalError {
  const message = `"${host}" redirects ${why}. Ask for the right URL at once, or have the role list the host.`;
  return new RedirectRefusedError(message, url);
}
