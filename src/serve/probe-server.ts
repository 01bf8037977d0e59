import { createServer, type Server, type ServerResponse } from 'node:http';
import { checkReadiness, type Readiness, type ReadinessCheck } from './readiness.ts';

/** What the probes answer from. */
export interface ProbeOptions {
  readonly checks: readonly ReadinessCheck[];
  /** True from the moment of shutdown: not ready, but alive. */
  readonly isDraining: () => boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
}

/** Beyond this the event loop is stuck rather than busy, and a restart is the better answer. Milliseconds. */
const LONGEST_LAG = 2_000;
/** Probes in between are answered with the last result, so that asking costs nobody a handshake. Milliseconds. */
const REUSE = 1_000;

/**
 * The kubelet's probes over plain HTTP: `/livez` says whether the event loop turns, `/readyz` whether reviews may be
 * sent, with one line for each thing that is asked.
 */
export function createProbeServer({ checks, isDraining, monotonicNow }: ProbeOptions): Server {
  const readiness = reuse(() => checkReadiness(checks), monotonicNow);
  return createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === '/livez') {
      const asked = monotonicNow();
      setImmediate(() => {
        const lag = monotonicNow() - asked;
        send(response, lag <= LONGEST_LAG, [`event loop: answered after ${Math.round(lag)} ms`]);
      });
    } else if (path === '/readyz') {
      if (isDraining()) return send(response, false, ['draining: the webhook is shutting down']);
      void readiness().then(({ ready, lines }) => send(response, ready, lines));
    } else {
      response.writeHead(404).end('ask /livez or /readyz\n');
    }
    return undefined;
  });
}

function send(response: ServerResponse, good: boolean, lines: readonly string[]): void {
  response.writeHead(good ? 200 : 503, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${lines.join('\n')}\n`);
}

function reuse(check: () => Promise<Readiness>, monotonicNow: () => number): () => Promise<Readiness> {
  let last: Promise<Readiness> | null = null;
  let asked = 0;
  return () => {
    if (last !== null && monotonicNow() - asked < REUSE) return last;
    asked = monotonicNow();
    last = check();
    return last;
  };
}
