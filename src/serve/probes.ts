import { createServer, type Server, type ServerResponse } from 'node:http';

/** One condition that must hold before a program is ready. */
export interface ReadinessCheck {
  readonly name: string;
  /** Returns null when the condition holds, or one line that says what is missing. */
  readonly problem: () => string | null | Promise<string | null>;
}

export interface ProbeOptions {
  readonly checks: readonly ReadinessCheck[];
  /** Whether the program is shutting down: it is not ready then, but alive. */
  readonly isDraining: () => boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
  /** What is told as JSON beside the probes, by its path. Everybody may read it. */
  readonly facts?: Readonly<Record<string, () => object>>;
}

interface Readiness {
  readonly ready: boolean;
  readonly lines: readonly string[];
}

/** Beyond this lag the event loop is stuck and not only busy, and a restart helps. */
const MAX_LAG_MILLISECONDS = 2_000;
/** A result is served this long, so that many probes do not run many checks. */
const RESULT_LIFETIME_MILLISECONDS = 1_000;

/**
 * Serves the kubelet's probes over plain HTTP: `/livez` says whether the event loop runs, `/readyz` whether the program is
 * ready, with one line a check.
 */
export function createProbeServer({ checks, isDraining, monotonicNow, facts = {} }: ProbeOptions): Server {
  const readiness = reuse(() => checkReadiness(checks), monotonicNow);
  return createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === '/livez') {
      const asked = monotonicNow();
      setImmediate(() => {
        const lag = monotonicNow() - asked;
        send(response, lag <= MAX_LAG_MILLISECONDS, [`event loop: lag of ${Math.round(lag)} ms`]);
      });
    } else if (path === '/readyz') {
      if (isDraining()) return send(response, false, ['draining: the program is shutting down']);
      void readiness().then(({ ready, lines }) => send(response, ready, lines));
    } else if (path !== undefined && Object.hasOwn(facts, path)) {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(facts[path]?.()));
    } else {
      response.writeHead(404).end('the paths are /livez and /readyz\n');
    }
    return undefined;
  });
}

/** Runs every check. A check that throws does not hold, and its error is the reason. */
async function checkReadiness(checks: readonly ReadinessCheck[]): Promise<Readiness> {
  const problems = await Promise.all(checks.map(run));
  const lines = checks.map(({ name }, index) => `${name}: ${problems[index] ?? 'ok'}`);
  return { ready: problems.every((problem) => problem === null), lines };
}

async function run({ problem }: ReadinessCheck): Promise<string | null> {
  try {
    return await problem();
  } catch (error) {
    return error instanceof Error ? error.message : 'failed';
  }
}

function send(response: ServerResponse, good: boolean, lines: readonly string[]): void {
  response.writeHead(good ? 200 : 503, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${lines.join('\n')}\n`);
}

function reuse(check: () => Promise<Readiness>, monotonicNow: () => number): () => Promise<Readiness> {
  let last: Promise<Readiness> | null = null;
  let checked = 0;
  return () => {
    if (last !== null && monotonicNow() - checked < RESULT_LIFETIME_MILLISECONDS) return last;
    checked = monotonicNow();
    last = check();
    return last;
  };
}
