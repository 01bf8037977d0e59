import type { IncomingHttpHeaders } from 'node:http';
import { show } from '../../lib/show.ts';
import { RefusalError } from './egress-refusal.ts';

/** Headers by name in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** What an agent may say. None of it names a person, a host, a connection or an encoding. */
const SENT: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'cache-control',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'user-agent',
]);
const VALUE = /^[\x20-\x7e]{0,1024}$/;

/** What describes the connection, the encoding that is gone, or a session that a fetch does not keep. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers of a request as they are sent. Throws a RefusalError for one that is not on the list: it is never dropped unseen. */
export function readRequestHeaders(headers: Headers): Headers {
  const sent = new Map<string, string>();
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (!SENT.has(name) || sent.has(name) || !VALUE.test(value)) {
      throw new RefusalError(
        'RequestHeaderNotAllowed',
        `The header ${show(given)} is refused. Send each of these at most once, in printable ASCII: ${[...SENT].join(', ')}.`,
      );
    }
    sent.set(name, value);
  }
  return Object.fromEntries(sent);
}

/** The headers of a response as they are passed on. */
export function readResponseHeaders(headers: IncomingHttpHeaders): Headers {
  const passed = Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name));
  return Object.fromEntries(passed.map(([name, value]) => [name, [value ?? []].flat().join(', ')]));
}
