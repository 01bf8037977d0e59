import type { IncomingHttpHeaders } from 'node:http';

/** Headers as they are passed on. */
export type PassedHeaders = Record<string, string | string[]>;

/** What describes the connection to the upstream, its encoding, or a session and a login that are the gateway's. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  'alt-svc',
  'authentication-info',
  'clear-site-data',
  'connection',
  'content-encoding',
  'keep-alive',
  'location',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
]);

/** Where an upstream is for the gateway, and for the agent. */
export interface LinkBase {
  /** Such as `https://api.example.com/v1`. */
  readonly upstream: string;
  /** Such as `https://cloister-gateway:8443/upstreams/example`. */
  readonly gateway: string;
}

/** The headers of a response as the agent gets them: those that are not on a list, with links to the upstream led through the gateway. */
export function passHeaders(headers: IncomingHttpHeaders, base: LinkBase): PassedHeaders {
  const passed: PassedHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || NOT_PASSED_ON.has(name)) continue;
    passed[name] = name === 'link' ? [value].flat().map((link) => leadLinks(link, base)) : value;
  }
  return passed;
}

/** `<https://api.example.com/v1/items?page=2>; rel="next"` and more of them (RFC 8288). */
function leadLinks(value: string, base: LinkBase): string {
  return value.replaceAll(/<([^<>]*)>/g, (whole, url: string) => {
    const led = leadThrough(url, base);
    return led === null ? whole : `<${led}>`;
  });
}

/** The URL by which an agent reaches what is at or below an upstream; null where the URL is not. */
export function leadThrough(url: string, { upstream, gateway }: LinkBase): string | null {
  if (!url.startsWith(upstream)) return null;
  const rest = url.slice(upstream.length);
  return rest === '' || rest.startsWith('/') || rest.startsWith('?') ? `${gateway}${rest}` : null;
}
