import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

/** Serves a registry over plain HTTP at `/metrics`. */
export function createMetricsServer(registry: Registry): Server {
  return createServer((request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end('ask /metrics\n');
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end('the metrics could not be collected\n'),
    );
  });
}
