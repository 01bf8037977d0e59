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

const FAILED = 'Failed';

/** Plays and prints the steps in order. Returns whether each went as expected. */
export async function playSteps(steps: readonly PlayedStep[], print: Printer): Promise<boolean> {
  let ok = true;
  for (const step of steps) {
    const result = await play(step);
    print.row(result);
    ok &&= result.ok;
    // What comes after it would only wait in vain.
    if (result.got === FAILED) break;
  }
  return ok;
}

async function play({ step, expected, run }: PlayedStep): Promise<ToldResult> {
  const started = performance.now();
  const { got, by = null, details = [] } = await run().catch(fault);
  const ms = Math.round((performance.now() - started) * 10) / 10;
  const isExpected = (by === null ? got : `${got} by ${by}`) === expected;
  return { step, expected, got, by, ok: isExpected, ms, message: details.join('\n') };
}

/** What came of a step that could not be played to its end. */
function fault(error: unknown): Outcome {
  return { got: FAILED, details: [error instanceof Error ? error.message : String(error)] };
}
