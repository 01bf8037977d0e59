import { Counter, type Registry } from 'prom-client';

/** What the gateway counts. */
export interface GatewayMetrics {
  /** A request to the API; `result` is `Answered` or the reason of its problem. */
  readonly answered: (result: string) => void;
  /** A connection beyond the limits of its source address. */
  readonly refused: (server: 'api' | 'canary') => void;
}

export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  const requests = new Counter({
    name: 'cloister_gateway_requests_total',
    help: 'Requests to the API of the gateway, by result: Answered, or why not.',
    labelNames: ['result'],
    registers: [registry],
  });
  const refused = new Counter({
    name: 'cloister_gateway_connections_refused_total',
    help: 'Connections beyond the limits of their source address.',
    labelNames: ['server'],
    registers: [registry],
  });
  return {
    answered: (result) => requests.inc({ result }),
    refused: (server) => refused.inc({ server }),
  };
}
