import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { unlessAborted } from '../../lib/unless-aborted.ts';
import type { FetchURL } from '../../policy/egress/parse-fetch-url.ts';
import type { UpstreamRequest } from '../../policy/upstreams/decide-upstream.ts';
import { RefusalError } from '../egress/egress-refusal.ts';
import type { HopEnd } from '../egress/fetch-url.ts';
import type { ClientCertificate } from './client-certificate.ts';
import type { UpstreamConnections, UpstreamPlace } from './connections.ts';
import type { Destination, Destinations } from './destinations.ts';
import type { ModelUsage } from './model-usage.ts';
import { passResponse } from './pass-response.ts';
import { methodOfRedirect, RedirectRefusedError, type UpstreamRedirects } from './redirects.ts';
import { runExchange, type UpstreamExchange } from './run-exchange.ts';
import type { Trust } from './trusted-authorities.ts';

export interface SendServices {
  readonly connections: UpstreamConnections;
  readonly destinations: Destinations;
  readonly trust: Trust;
}

/** A request with everything that it is sent with. */
export interface SentRequest {
  readonly request: UpstreamRequest;
  readonly destination: Destination;
  /** The credential among them, and none that the agent set in its place. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable | null;
  /** Whose connections may be used. */
  readonly owner: string;
  /** Where the agent reaches the upstream, and where its answer goes. */
  readonly gateway: string;
  readonly response: ServerResponse;
  /** The forms of what must not get to the agent. */
  readonly forms: readonly string[];
  /** What the gateway proves itself with to the upstream, and to no host that it redirects to; null for nothing. */
  readonly certificate: ClientCertificate | null;
  readonly usage: ModelUsage | null;
  /** Whether the event with the usage of a stream is for the gateway alone. */
  readonly keepsUsageEvent: boolean;
  readonly redirects: Pick<UpstreamRedirects, 'begin' | 'refuse'>;
}

/** What went over the wire, TLS included, and how far it came. */
export interface SentTraffic {
  bytesUp: number;
  bytesDown: number;
  address: string | null;
  status: number | null;
}

const MAX_REDIRECTS = 3;
/** The headers that are sent to the host of a redirect. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(['accept', 'accept-language', 'range', 'user-agent']);

/** Sends a request, passes the response on, and adds to the traffic. Throws as `runExchange` does. */
export async function sendRequest(
  services: SendServices,
  sent: SentRequest,
  traffic: SentTraffic,
  signal: AbortSignal,
): Promise<void> {
  const { upstream, method, target } = sent.request;
  const { host, port } = upstream;
  const step: Step = {
    place: placeOf(services, sent),
    exchange: { method, target, headers: sent.headers, body: sent.body },
    href: `https://${host}:${port}${target}`,
  };
  let next = await exchangeOnce(services, { sent, step, signal, number: 1 }, traffic);
  for (let number = 1; next !== null; number += 1) {
    if (number > MAX_REDIRECTS) throw tooMany(host);
    next = await followRedirect(services, { sent, signal, url: next, number }, traffic);
  }
  await unlessAborted(finished(sent.response, { readable: false }), signal);
}

/** Where the upstream of a request is connected to. */
export function placeOf(
  { trust }: Pick<SendServices, 'trust'>,
  {
    request: { upstream },
    destination,
    owner,
    certificate,
  }: Pick<SentRequest, 'request' | 'destination' | 'owner' | 'certificate'>,
): UpstreamPlace {
  const { host, port, rule, caBundle } = upstream;
  return {
    key: `${owner} ${host}:${port} ${rule} ${caBundle ?? ''} ${certificate?.id ?? ''}`,
    host,
    port,
    dialledPort: destination.port,
    addresses: destination.addresses,
    secureContext: trust(caBundle, certificate),
    ended: certificate?.ended ?? null,
  };
}

interface Step {
  readonly place: UpstreamPlace;
  readonly exchange: Pick<UpstreamExchange, 'method' | 'target' | 'headers' | 'body'>;
  readonly href: string;
}

interface Running {
  readonly sent: SentRequest;
  readonly step: Step;
  readonly signal: AbortSignal;
  /** Of the redirect that the response may be, from 1. */
  readonly number: number;
}

/** Returns where the response redirects to; null where it has been passed on. */
async function exchangeOnce(
  { connections }: SendServices,
  { sent, step: { place, exchange, href }, signal, number }: Running,
  traffic: SentTraffic,
): Promise<FetchURL | null> {
  const { upstream } = sent.request;
  const connection = await connections.take(place, signal);
  const before = connection.traffic();
  traffic.address = connection.address;
  const { method, target } = exchange;
  const passed = passResponse({ ...sent, upstream, method, href });
  try {
    const { firstByteMilliseconds, idleMilliseconds } = upstream;
    const isReusable = await runExchange(
      { ...exchange, target, host: place.host, connection, firstByteMilliseconds, idleMilliseconds, signal },
      passed.sink,
    );
    if (isReusable) connections.give(place, connection);
    else connection.destroy();
    return passed.next();
  } catch (error) {
    connection.destroy();
    if (error instanceof RedirectRefusedError && error.url !== null) {
      await sent.redirects.refuse(error.url, number);
    }
    throw error;
  } finally {
    const after = connection.traffic();
    traffic.bytesUp += after.bytesUp - before.bytesUp;
    traffic.bytesDown += after.bytesDown - before.bytesDown;
    traffic.status = passed.status();
  }
}

interface Redirected extends Pick<Running, 'sent' | 'signal' | 'number'> {
  readonly url: FetchURL;
}

/** Follows a redirect that is recorded before anybody is asked, and when it has ended. Adds what it took to the whole. */
async function followRedirect(
  services: SendServices,
  redirected: Redirected,
  whole: SentTraffic,
): Promise<FetchURL | null> {
  const { sent, signal, url, number } = redirected;
  const onEnd = await sent.redirects.begin(url, number);
  const traffic: SentTraffic = { bytesUp: 0, bytesDown: 0, address: null, status: null };
  let reason: HopEnd['reason'] = 'Fault';
  try {
    const step = await stepTo(services, redirected);
    const next = await exchangeOnce(services, { sent, step, signal, number: number + 1 }, traffic);
    reason = null;
    return next;
  } catch (error) {
    const thrown: unknown = signal.aborted ? signal.reason : error;
    if (thrown instanceof RefusalError) ({ reason } = thrown.refusal);
    throw error;
  } finally {
    whole.bytesUp += traffic.bytesUp;
    whole.bytesDown += traffic.bytesDown;
    whole.status = traffic.status ?? whole.status;
    onEnd({ ...traffic, status: reason === null ? traffic.status : null, reason });
  }
}

/** The request that a redirect asks for: to a public address, without the credential and whatever else was meant for the upstream. */
async function stepTo(
  { destinations, trust }: SendServices,
  { sent, signal, url: { host, target, href } }: Redirected,
): Promise<Step> {
  const found = await destinations.ofHost(host, signal);
  if ('refusal' in found) throw new RefusalError(found.refusal.reason, found.refusal.message);
  const { port, addresses } = found.destination;
  const told = Object.entries(sent.request.headers).filter(([name]) => TOLD_ELSEWHERE.has(name));
  return {
    place: {
      key: `${sent.owner} ${host}:${port}`,
      host,
      port,
      dialledPort: port,
      addresses,
      secureContext: trust(null, null),
      ended: null,
    },
    exchange: {
      method: methodOfRedirect(sent.request),
      target,
      headers: { ...DEFAULT_HEADERS, ...Object.fromEntries(told) },
      body: null,
    },
    href,
  };
}

/** What is sent where the agent says nothing else. The net cannot look into what is compressed. */
export const DEFAULT_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'accept-encoding': 'identity',
  'user-agent': 'cloister-gateway',
});

function tooMany(host: string): RefusalError {
  const message = `"${host}" redirects more than ${MAX_REDIRECTS} times. Ask for the right URL at once.`;
  return new RefusalError('RedirectNotAllowed', message);
}
