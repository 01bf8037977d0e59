// The least that a decision server on express over TLS 1.3 can do: it parses a call and answers that it is allowed. It asks for
// no proof and has no rules, limits, records or metrics; TLS, kept connections and the reading of bodies are as in the gateway.
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { parseArgs } from 'node:util';
import express from 'express';

const { values } = parseArgs({
  options: { port: { type: 'string' }, certificate: { type: 'string' }, key: { type: 'string' } },
});

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.set('query parser', false);
app.post('/v1/authorize', (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => allow(Buffer.concat(chunks), response));
});

const server = createServer(
  {
    minVersion: 'TLSv1.3',
    cert: readFileSync(values.certificate ?? ''),
    key: readFileSync(values.key ?? ''),
    keepAliveTimeout: 120_000,
  },
  app,
);
server.listen(Number(values.port), '127.0.0.1');

function allow(call: Buffer, response: ServerResponse): void {
  const { tool } = JSON.parse(call.toString('utf8')) as { tool: string };
  const body = JSON.stringify({ decision: 'Allow', tool });
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
