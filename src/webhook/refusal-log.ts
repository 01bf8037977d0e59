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

/** One by one the code of the logger is never in the caches of the processor. */
const WRITTEN_TOGETHER = 64;
/** What a crash may lose: the audit log of the API server has every refusal as well. */
const LONGEST_WAIT_MILLISECONDS = 100;

/**
 * Begins an empty log of refusals, which are written some together and a moment later: `time` of a line says when it was
 * written, `decided` when the review was refused. `now` is in milliseconds since 1970.
 */
export function createRefusalLog(log: Logger, now: () => number): RefusalLog {
  // Looking for what to redact costs five times the rest of a line. These hold names alone.
  const lines = log.child({}, { redact: [] });
  let unwritten: object[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const together = unwritten;
    unwritten = [];
    for (const fields of together) lines.info(fields, 'review denied');
  };
  return {
    add(phase, request, checks) {
      const decided = new Date(now()).toISOString();
      unwritten.push({ decided, phase, ...describeAdmissionRequest(request), checks });
      if (unwritten.length >= WRITTEN_TOGETHER) flush();
      else timer ??= setTimeout(flush, LONGEST_WAIT_MILLISECONDS);
    },
    flush,
  };
}
