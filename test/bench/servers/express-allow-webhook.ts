import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { parseArgs } from 'node:util';
import express from 'express';

// The least that a webhook on express over TLS 1.3 can do: it parses a review and allows it. It has no limits, checks,
// metrics or logs; TLS, kept connections and the reading of bodies are as in Cloister.

const { values } = parseArgs({
  options: { port: { type: 'string' }, certificate: { type: 'string' }, key: { type: 'string' } },
});

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.set('query parser', false);
app.post('/decide', (request, response) => {
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

function allow(review: Buffer, response: ServerResponse): void {
  const { request } = JSON.parse(review.toString('utf8')) as { request: { uid: string } };
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: request.uid, allowed: true },
  });
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
