import type { Reason } from '../../policy/reasons.ts';

/** Why something did not leave, or why what came back is not passed on. */
export interface EgressRefusal {
  readonly reason: Reason;
  /** For the agent: names the host, what was found and what to do. Holds nothing that the destination has sent. */
  readonly message: string;
}

/** A refusal on its way out of code that is deep in the exchange. It never leaves src/gateway/egress. */
export class RefusalError extends Error {
  readonly refusal: EgressRefusal;

  constructor(reason: Reason, message: string, cause?: unknown) {
    super(message, { cause });
    this.refusal = { reason, message };
  }
}

/** The refusal that was thrown; rethrows anything else, which is a fault of ours. */
export function refusalOf(error: unknown): EgressRefusal {
  if (error instanceof RefusalError) return error.refusal;
  throw error;
}
