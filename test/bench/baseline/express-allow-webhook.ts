import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { parseArgs } from 'node:util';
import express from 'express';
import { parseReview } from './parse-review.ts';

// The least that express over TLS 1.3 can be as a webhook: it parses a review and allows it. Limits, checks, metrics
// and logs are what it has not; TLS, kept connections and the reading of bodies are those of Cloister's.

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
  const { request } = parseReview(review) as { request: { uid: string } };
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: request.uid, allowed: true },
  });
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
