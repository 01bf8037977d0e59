import type { IncomingMessage } from 'node:http';
import type { RequestProblem } from '../../serve/problem.ts';

/** What a path does. */
export type ToolRoute = 'Authorize' | 'Fetch' | 'SQL' | 'WipeCredentials';

/** The paths of calls of tools, and of what an agent asks for itself. */
export const TOOL_ROUTES: ReadonlyMap<string, ToolRoute> = new Map([
  ['/v1/authorize', 'Authorize'],
  ['/v1/fetch', 'Fetch'],
  ['/v1/sql', 'SQL'],
  ['/v1/credentials', 'WipeCredentials'],
]);

/** The method that each is asked for with. */
export const METHODS: Readonly<Record<ToolRoute, string>> = {
  Authorize: 'POST',
  Fetch: 'POST',
  SQL: 'POST',
  WipeCredentials: 'DELETE',
};

/** What is wrong with a request before its body is read; null where nothing is. */
export function problemOf(
  route: ToolRoute,
  { method, headers, rawHeaders }: IncomingMessage,
): RequestProblem | null {
  if (method !== METHODS[route]) return UNKNOWN_METHOD[route];
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1)
    return { reason: 'Malformed', status: 400, text: 'the request has more than one Host header' };
  if (route === 'WipeCredentials') return null;
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json' || headers['content-encoding'] !== undefined) return MEDIA_TYPE;
  return null;
}

const ONLY_POST: RequestProblem = Object.freeze({
  reason: 'UnknownMethod',
  status: 405,
  text: 'calls of tools must be sent with POST',
});

const UNKNOWN_METHOD: Readonly<Record<ToolRoute, RequestProblem>> = {
  Authorize: ONLY_POST,
  Fetch: ONLY_POST,
  SQL: ONLY_POST,
  WipeCredentials: Object.freeze({
    ...ONLY_POST,
    text: 'credentials are wiped with DELETE, and nothing else is done with them',
  }),
};

const MEDIA_TYPE: RequestProblem = Object.freeze({
  reason: 'UnsupportedMediaType',
  status: 415,
  text: 'the body must be application/json, without Content-Encoding',
});
