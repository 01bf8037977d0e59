import { createServer, type Server } from 'node:http';
import { Gauge, type Registry } from 'prom-client';

/** Serves a registry over plain HTTP at `/metrics`. */
export function createMetricsServer(registry: Registry): Server {
  return createServer((request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end('the path is /metrics\n');
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end('the metrics could not be collected\n'),
    );
  });
}

/** A gauge with one label that is read whenever metrics are collected. */
export interface GaugeReading {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  /** The value of each label that the gauge has now. */
  readonly read: () => Iterable<readonly [label: string, value: number]>;
}

export function registerGauge(registry: Registry, { name, help, label, read }: GaugeReading): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      gauge.reset();
      for (const [labelValue, value] of read()) gauge.set({ [label]: labelValue }, value);
    },
  });
}
