import type { Logger } from '../lib/log.ts';
import type { AdmissionRequest } from './admission-review.ts';
import { describeAdmissionRequest } from './describe-admission-request.ts';
import type { ReviewPhase } from './review-function.ts';

/** The log of refused reviews. */
export interface RefusalLog {
  add(phase: ReviewPhase, request: AdmissionRequest, checks: readonly string[]): void;
  /** Writes what is not yet written. */
  flush(): void;
}

/**
 * So many are written together, and none waits longer than a moment: one by one the code of the logger is never in the
 * caches of the processor, and a line took ten microseconds instead of one and a half. A line says when it was decided.
 */
const WRITTEN_TOGETHER = 64;
const LONGEST_WAIT_MILLISECONDS = 100;

/** Begins an empty log of refusals. `now` is in milliseconds since 1970. */
export function createRefusalLog(log: Logger, now: () => number): RefusalLog {
  // Looking for what to redact costs five times the rest of a line. These hold names, each named here.
  const lines = log.child({}, { redact: [] });
  let unwritten: { readonly decided: number; readonly fields: object }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const together = unwritten;
    unwritten = [];
    for (const { decided, fields } of together) {
      lines.info({ decided: new Date(decided).toISOString(), ...fields }, 'review denied');
    }
  };
  return {
    add(phase, request, checks) {
      unwritten.push({ decided: now(), fields: { phase, ...describeAdmissionRequest(request), checks } });
      if (unwritten.length >= WRITTEN_TOGETHER) flush();
      else timer ??= setTimeout(flush, LONGEST_WAIT_MILLISECONDS);
    },
    flush,
  };
}
