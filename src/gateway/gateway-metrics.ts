import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { TunnelOutcome } from './egress/tunnel.ts';
import type { Call, CallResult } from './pipeline/call.ts';

/** The servers that refuse connections beyond the limits of an address. */
export type GatewayServer = 'proxy' | 'api' | 'canary';

/** What the gateway counts. No label has a value that an agent chooses. */
export interface GatewayMetrics {
  /** A request to the API that is no call; `result` is `Answered` or the reason of its problem. */
  readonly answered: (result: string) => void;
  /** A connection beyond the limits of its source address. */
  readonly refused: (server: GatewayServer) => void;
  readonly call: (call: Call, result: CallResult) => void;
  readonly tunnel: () => (outcome: TunnelOutcome) => void;
  /** From a change of what holds to the last call that it cuts. */
  readonly reviewed: (seconds: number) => void;
}

/** In seconds. */
const REVIEW_BUCKETS = [0.0001, 0.001, 0.01, 0.1, 1];

export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: T[]): Counter<T> =>
    new Counter({ name: `cloister_gateway_${name}`, help, labelNames, registers });
  const requests = counter(
    'requests_total',
    'Requests to the API of the gateway that are no calls, by result: Answered, or why not.',
    ['result'],
  );
  const refused = counter(
    'connections_refused_total',
    'Connections beyond the limits of their source address.',
    ['server'],
  );
  const calls = counter(
    'calls_total',
    'Calls, by kind, and by reason where they were refused or ended by a rule.',
    ['kind', 'effect', 'reason'],
  );
  const bytes = counter('tunnel_bytes_total', 'Bytes in tunnels that have ended.', ['direction']);
  const ends = counter('tunnels_ended_total', 'Tunnels that have ended, by how.', ['reason']);
  const open = new Gauge({ name: 'cloister_gateway_tunnels_open', help: 'Open tunnels.', registers });
  const reviews = new Histogram({
    name: 'cloister_gateway_review_seconds',
    help: 'How long it takes to look at open calls again when something has changed.',
    buckets: REVIEW_BUCKETS,
    registers,
  });
  return {
    answered: (result) => requests.inc({ result }),
    refused: (server) => refused.inc({ server }),
    call: ({ operation: { event: kind } }, result) => {
      const refusal = 'refusal' in result ? result.refusal : result.outcome.refusal;
      calls.inc({ kind, effect: refusal?.effect ?? 'Allow', reason: refusal?.reason ?? '' });
    },
    tunnel: () => {
      open.inc();
      return ({ reason, bytesUp, bytesDown }) => {
        open.dec();
        ends.inc({ reason });
        bytes.inc({ direction: 'Up' }, bytesUp);
        bytes.inc({ direction: 'Down' }, bytesDown);
      };
    },
    reviewed: (seconds) => reviews.observe(seconds),
  };
}
