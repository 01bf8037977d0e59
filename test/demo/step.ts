import { callAPI, type APIAnswer, type APIRequest } from '../testbed/api-request.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';
import { whoRefused } from '../testbed/who-refused.ts';

/** One thing that the demo tries, and who must answer how. */
export interface Step {
  /** A sentence. */
  readonly step: string;
  /** `Admitted`, or who must refuse. */
  readonly expected: string;
  readonly request: APIRequest;
  /** Words that the refusal must hold, so that the right thing was refused. */
  readonly mentions?: string;
}

/** What came of it: the fields of `--json`. */
export interface StepResult {
  readonly step: string;
  readonly expected: string;
  /** `Admitted` or `Refused`, or what came of something that the demo did. */
  readonly got: string;
  /** Who refused, and of a call through the gateway who decided; null where nobody did. */
  readonly by: string | null;
  readonly ok: boolean;
  /** Milliseconds from the request to the whole answer. */
  readonly ms: number;
}

/** A result with the API server's words, for people. */
export interface ToldResult extends StepResult {
  readonly message: string;
}

export async function runStep(controlPlane: ControlPlane, step: Step): Promise<ToldResult> {
  return checkAnswer(step, await callAPI(controlPlane, step.request));
}

function checkAnswer({ step, expected, mentions = '' }: Step, answer: APIAnswer): ToldResult {
  const { message } = answer;
  const by = answer.status < 400 ? null : whoRefused(message);
  return {
    step,
    expected: expected === 'Admitted' ? 'Admitted' : `Refused by ${expected}`,
    got: by === null ? 'Admitted' : 'Refused',
    by,
    ok: (by ?? 'Admitted') === expected && message.includes(mentions),
    ms: Math.round(answer.milliseconds * 10) / 10,
    message,
  };
}
