import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { KubeClient } from '../kube/kube-client.ts';
import { isKubeError, type KubeErrorReason } from '../kube/kube-error.ts';
import { registerGauge } from '../serve/metrics.ts';
import { NotLeaderError } from './fenced-client.ts';
import { TerminalError } from './keyed-queue.ts';
import { interceptWrites } from './intercept-writes.ts';

/** The metrics of the controllers of one program. */
export interface ControllerMetrics {
  /** Reads the depth of a controller's queue whenever metrics are collected, until the returned function is called. */
  readonly watchQueue: (controller: string, depth: () => number) => () => void;
  readonly reconciled: (controller: string, seconds: number) => void;
  /** Counts a reconciliation that ended with an error, by the reason of the error. */
  readonly failed: (controller: string, error: unknown) => void;
  /** A client that counts what it writes. Put it below the fence: a write that the fence refused was not made. */
  readonly countingClient: (client: KubeClient) => KubeClient;
}

/** From a reconciliation that finds everything in place to one that waits for a slow API server. */
const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

/** Registers the metrics of the controllers. `isLeader` is read when they are collected. */
export function createControllerMetrics(registry: Registry, isLeader: () => boolean): ControllerMetrics {
  const { seconds, errors, writes } = register(registry, isLeader);
  const queues = new Map<string, () => number>();
  registerGauge(registry, {
    name: 'cloister_controller_queue_depth',
    help: 'Keys that wait to be reconciled.',
    label: 'controller',
    *read() {
      for (const [controller, depth] of queues) yield [controller, depth()];
    },
  });
  return {
    watchQueue: (controller, depth) => {
      queues.set(controller, depth);
      return () => {
        if (queues.get(controller) === depth) queues.delete(controller);
      };
    },
    reconciled: (controller, duration) => seconds.observe({ controller }, duration),
    failed: (controller, error) => errors.inc({ controller, reason: reasonOf(error) }),
    countingClient: (client) =>
      interceptWrites(client, async ({ verb, resource }, send) => {
        const count = (result: string): void => writes.inc({ verb, resource: resource.plural, result });
        try {
          const answer = await send();
          count('Success');
          return answer;
        } catch (error) {
          count(reasonOf(error));
          throw error;
        }
      }),
  };
}

function register(registry: Registry, isLeader: () => boolean) {
  const registers = [registry];
  const leader: Gauge = new Gauge({
    name: 'cloister_leader',
    help: 'Whether this process leads: 1 or 0. Over all replicas the sum is 1, or 0 during a hand-over.',
    registers,
    collect: () => leader.set(isLeader() ? 1 : 0),
  });
  return {
    seconds: new Histogram({
      name: 'cloister_controller_reconcile_duration_seconds',
      help: 'The time of a reconciliation, with the requests it waits for.',
      labelNames: ['controller'],
      buckets: BUCKETS,
      registers,
    }),
    errors: new Counter({
      name: 'cloister_controller_errors_total',
      help: 'Reconciliations that ended with an error, by its reason.',
      labelNames: ['controller', 'reason'],
      registers,
    }),
    writes: new Counter({
      name: 'cloister_controller_writes_total',
      help: 'Writes to the API server: Success, or the reason of the error.',
      labelNames: ['verb', 'resource', 'result'],
      registers,
    }),
  };
}

/** A finite set, so that an error cannot make series without end. */
function reasonOf(error: unknown): KubeErrorReason | 'NotLeader' | 'Terminal' | 'Aborted' | 'Other' {
  // What several steps of one reconciliation failed with has mostly one cause.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error instanceof NotLeaderError) return 'NotLeader';
  if (error instanceof TerminalError) return 'Terminal';
  if (isKubeError(error)) return error.reason;
  return error instanceof DOMException && error.name === 'AbortError' ? 'Aborted' : 'Other';
}
