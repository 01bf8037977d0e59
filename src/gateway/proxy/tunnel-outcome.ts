import type { TunnelEnd, TunnelOutcome } from '../egress/tunnel.ts';
import type { Call, CallOutcome } from '../pipeline/call.ts';
import { refuse } from '../pipeline/refusal.ts';

/** How these end is nobody's fault and no rule's. */
const SUCCEEDED: ReadonlySet<TunnelEnd> = new Set(['Ended', 'ClientReset', 'DestinationReset']);

/** What is recorded of a tunnel that has ended. */
export function outcomeOfTunnel(call: Call, ended: TunnelOutcome): CallOutcome {
  const { reason, refusal, bytesUp, bytesDown, milliseconds } = ended;
  const by = reason === 'UploadRefused' ? refuse('BudgetUsedUp') : reason === 'Cut' ? call.cut : null;
  const refused = refusal === null ? by : refuse(refusal.reason, { message: refusal.message });
  return {
    succeeded: SUCCEEDED.has(reason),
    reason: by === null ? reason : by.reason,
    bytesUp,
    bytesDown,
    milliseconds: Math.round(milliseconds),
    ...(refused === null ? {} : { refusal: refused }),
  };
}
