import type { Printer } from './printer.ts';
import type { ToldResult } from './step.ts';

/** The outcome of one step: what came of it, and what is shown of it to people. */
export interface Outcome {
  readonly got: string;
  readonly by?: string;
  readonly details?: readonly string[];
}

/** One thing that the demo does itself, and what must come of it. */
export interface PlayedStep {
  readonly step: string;
  /** Exactly what `got` must be, followed by the refuser where there is one. */
  readonly expected: string;
  readonly run: () => Promise<Outcome>;
}

/** Plays and prints the steps in order. Returns whether each went as expected. */
export async function playSteps(steps: readonly PlayedStep[], print: Printer): Promise<boolean> {
  let ok = true;
  for (const step of steps) {
    const result = await play(step);
    print.row(result);
    ok &&= result.ok;
  }
  return ok;
}

async function play({ step, expected, run }: PlayedStep): Promise<ToldResult> {
  const started = performance.now();
  const { got, by = null, details = [] } = await run();
  const ms = Math.round((performance.now() - started) * 10) / 10;
  const isExpected = (by === null ? got : `${got} by ${by}`) === expected;
  return { step, expected, got, by, ok: isExpected, ms, message: details.join('\n') };
}
