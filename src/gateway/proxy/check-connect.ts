import type { IncomingMessage } from 'node:http';

type ConnectRequest = Pick<IncomingMessage, 'rawHeaders' | 'httpVersion' | 'url'>;

/**
 * Why a CONNECT request could be read in more than one way, in one sentence; null where it cannot. Node's parser refuses
 * obs-fold, bare line feeds and a length beside an encoding, and lets what is looked at here through.
 */
export function checkConnect({ rawHeaders, httpVersion, url = '' }: ConnectRequest): string | null {
  const values = valuesByName(rawHeaders);
  const hosts = values.get('host') ?? [];
  if (hosts.length > 1) return 'The request has more than one Host header; send one.';
  const [host] = hosts;
  // Clients of HTTP/1.0 have none: http.client of Python before 3.12.
  if (host === undefined && httpVersion !== '1.0') return 'The request has no Host header; send one.';
  if (host !== undefined && !isSameHost(host, url)) {
    return 'The Host header names another host than the target of CONNECT; send the same.';
  }
  if (values.has('transfer-encoding')) return BODY;
  const lengths = values.get('content-length') ?? [];
  if (lengths.some((length) => length !== '0')) return BODY;
  return null;
}

const BODY = 'A CONNECT request must not have a body: send neither Transfer-Encoding nor Content-Length.';

/** Some clients leave out the port. */
function isSameHost(host: string, target: string): boolean {
  const [asked, wanted] = [host.toLowerCase(), target.toLowerCase()];
  return asked === wanted || asked === wanted.replace(/:\d*$/, '');
}

function valuesByName(rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const known = values.get(name);
    const value = rawHeaders[index + 1] ?? '';
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}
