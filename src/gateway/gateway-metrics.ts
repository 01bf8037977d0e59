import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { TunnelOutcome } from './egress/tunnel.ts';
import type { Reason } from '../policy/reasons.ts';
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
  readonly credentials: CredentialMetrics;
}

export interface CredentialMetrics {
  /** A read of a store of credentials, with the reason of its problem, or null. */
  readonly read: (problem: Reason | null, seconds: number) => void;
  /** Says where it is known how many are kept. */
  readonly countKept: (kept: () => number) => void;
}

/** In seconds. */
const REVIEW_BUCKETS = [0.0001, 0.001, 0.01, 0.1, 1];
/** In seconds: of a read that takes longer than the last one nothing comes. */
const READ_BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10];

export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'cloister_gateway_requests_total',
    help: 'Requests to the API of the gateway that are no calls, by result: Answered, or why not.',
    labelNames: ['result'],
    registers,
  });
  const refused = new Counter({
    name: 'cloister_gateway_connections_refused_total',
    help: 'Connections beyond the limits of their source address.',
    labelNames: ['server'],
    registers,
  });
  const calls = new Counter({
    name: 'cloister_gateway_calls_total',
    help: 'Calls, by kind, and by reason where they were refused or ended by a rule.',
    labelNames: ['kind', 'effect', 'reason'],
    registers,
  });
  const tunnels = createTunnelMetrics(registry);
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
    tunnel: tunnels,
    reviewed: (seconds) => reviews.observe(seconds),
    credentials: createCredentialMetrics(registry),
  };
}

/** Counts a tunnel from its beginning to its end. */
function createTunnelMetrics(registry: Registry): GatewayMetrics['tunnel'] {
  const registers = [registry];
  const open = new Gauge({ name: 'cloister_gateway_tunnels_open', help: 'Open tunnels.', registers });
  const ends = new Counter({
    name: 'cloister_gateway_tunnels_ended_total',
    help: 'Tunnels that have ended, by how.',
    labelNames: ['reason'],
    registers,
  });
  const bytes = new Counter({
    name: 'cloister_gateway_tunnel_bytes_total',
    help: 'Bytes in tunnels that have ended.',
    labelNames: ['direction'],
    registers,
  });
  return () => {
    open.inc();
    return ({ reason, bytesUp, bytesDown }) => {
      open.dec();
      ends.inc({ reason });
      bytes.inc({ direction: 'Up' }, bytesUp);
      bytes.inc({ direction: 'Down' }, bytesDown);
    };
  };
}

/** Neither the name of a credential nor that of a sandbox is a label: there may be any number of them. */
function createCredentialMetrics(registry: Registry): CredentialMetrics {
  const registers = [registry];
  let kept = (): number => 0;
  const gauge: Gauge = new Gauge({
    name: 'cloister_gateway_credentials_kept',
    help: 'Credentials of sandboxes that are in memory.',
    registers,
    collect: () => gauge.set(kept()),
  });
  const reads = new Counter({
    name: 'cloister_gateway_credential_reads_total',
    help: 'Reads of credentials from their stores, by result: Read, or why not.',
    labelNames: ['result'],
    registers,
  });
  const seconds = new Histogram({
    name: 'cloister_gateway_credential_read_seconds',
    help: 'How long a read of a credential takes, with the login that it needs.',
    buckets: READ_BUCKETS,
    registers,
  });
  return {
    read: (problem, taken) => {
      reads.inc({ result: problem ?? 'Read' });
      seconds.observe(taken);
    },
    countKept: (count) => (kept = count),
  };
}
