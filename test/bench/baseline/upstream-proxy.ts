// The least that a reverse proxy with undici over TLS can do: it puts the key of the upstream in place of the agent's, and pipes
// both bodies. It asks for no proof, decides and refuses nothing, looks into nothing, and has no limits, records or metrics.
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { BASE_PATH, UPSTREAM_KEY } from '../gateway/bench-upstreams.ts';
import { UPSTREAM_HOST } from '../gateway/destinations.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    certificate: { type: 'string' },
    key: { type: 'string' },
    upstream: { type: 'string' },
    authority: { type: 'string' },
  },
});

const upstream = new Pool(`https://127.0.0.1:${values.upstream}`, {
  allowH2: false,
  pipelining: 1,
  connect: { ca: readFileSync(values.authority ?? ''), servername: UPSTREAM_HOST },
});
/** What is in front of the path at the upstream: `/upstreams/<name>`. */
const PREFIX = /^\/upstreams\/[a-z]+/;

const server = createServer(
  {
    minVersion: 'TLSv1.3',
    cert: readFileSync(values.certificate ?? ''),
    key: readFileSync(values.key ?? ''),
    keepAliveTimeout: 120_000,
  },
  (request, response) => {
    forward(request, response).catch(() => response.destroy());
  },
);
server.listen(Number(values.port), '127.0.0.1');

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '', headers } = request;
  const path = url.replace(PREFIX, BASE_PATH);
  const authorization = `Bearer ${UPSTREAM_KEY}`;
  await upstream.stream(
    {
      method,
      path,
      headers: { ...endToEnd(headers), host: UPSTREAM_HOST, authorization },
      body: method === 'GET' ? null : request,
      opaque: response,
    },
    (answer) => {
      response.writeHead(answer.statusCode, endToEnd(answer.headers));
      return response;
    },
  );
}

const OF_CONNECTION: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** Leaves out what is about a connection. */
function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.has(name)));
}
