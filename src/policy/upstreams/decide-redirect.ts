import { type FetchURL, parseFetchURL } from '../egress/parse-fetch-url.ts';
import type { UpstreamPolicy } from './upstream-policy.ts';

/** A response that may redirect. */
export interface RedirectingResponse {
  readonly method: string;
  readonly status: number;
  /** As it came; undefined where there is none. */
  readonly location: string | undefined;
  /** The URL that was asked. */
  readonly href: string;
}

/**
 * What becomes of a response. `Pass`: it goes on, with this location of the upstream, or none. `Follow`: the gateway makes this
 * request, without the credential. `Refuse`: a clause that says where it leads, and the URL where that could be asked.
 */
export type RedirectDecision =
  | { readonly effect: 'Pass'; readonly location: string | null }
  | { readonly effect: 'Follow'; readonly url: FetchURL }
  | { readonly effect: 'Refuse'; readonly why: string; readonly url: FetchURL | null };

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const NONE: RedirectDecision = { effect: 'Pass', location: null };

/** Where `baseURL` of an upstream is. */
export function baseOf({ host, port, basePath }: UpstreamPolicy): string {
  return `https://${host}${port === 443 ? '' : `:${port}`}${basePath}`;
}

/** Decides about the location of a response. What the agent may ask the upstream for itself is left to it. */
export function decideRedirect(
  upstream: UpstreamPolicy,
  { method, status, location, href }: RedirectingResponse,
): RedirectDecision {
  if (location === undefined) return NONE;
  const isRedirect = REDIRECTS.has(status);
  const url = URL.parse(location, href);
  if (url === null) return isRedirect ? refuse('to what is not a URL') : NONE;
  const base = baseOf(upstream);
  if (url.href === base || url.href.startsWith(`${base}/`) || url.href.startsWith(`${base}?`)) {
    return { effect: 'Pass', location: url.href };
  }
  if (!isRedirect) return NONE;
  url.hash = '';
  const parsed = parseFetchURL(url.href);
  if ('problem' in parsed) return refuse('to a URL that cannot be decided on');
  if (!upstream.followRedirectsTo.has(parsed.url.host)) {
    return refuse('to a host that the role does not list', parsed.url);
  }
  // The body has left, and is told to nobody else (RFC 9110, sections 15.4.3 and 15.4.8).
  const isGet = method === 'GET' || method === 'HEAD' || status === 303;
  if (!isGet) return refuse(`with the body of ${method}`, parsed.url);
  return { effect: 'Follow', url: parsed.url };
}

function refuse(why: string, url: FetchURL | null = null): RedirectDecision {
  return { effect: 'Refuse', why, url };
}
