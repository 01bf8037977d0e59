import type { TunnelEnd, TunnelOutcome } from '../egress/tunnel.ts';
import type { Call, CallOutcome } from '../pipeline/call.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';

/** How these end is nobody's fault and no rule's. */
const SUCCEEDED: ReadonlySet<TunnelEnd> = new Set(['Ended', 'ClientReset', 'DestinationReset']);

/** The fields of a destination that bound a tunnel. */
const LIMITS: Readonly<Partial<Record<TunnelEnd, string>>> = {
  UploadCap: 'maxUploadBytes',
  DownloadCap: 'maxDownloadBytes',
  Idle: 'idleSeconds',
  Expired: 'maxSeconds',
};

/** What is recorded of a tunnel that has ended. */
export function outcomeOfTunnel(call: Call, ended: TunnelOutcome): CallOutcome {
  const { reason, refusal, bytesUp, bytesDown, milliseconds } = ended;
  const by = endedBy(call, reason);
  const refused = refusal === null ? by : refuse(refusal.reason, { message: refusal.message });
  return {
    succeeded: SUCCEEDED.has(reason),
    reason: reason === 'UploadRefused' || reason === 'Cut' ? (by?.reason ?? reason) : reason,
    bytesUp,
    bytesDown,
    milliseconds: Math.round(milliseconds),
    ...(refused === null ? {} : { refusal: refused }),
  };
}

/** What ended a tunnel by a rule or a change; null where nothing did. */
function endedBy({ cut, decision }: Call, reason: TunnelEnd): Refusal | null {
  if (reason === 'UploadRefused') return refuse('BudgetUsedUp');
  if (reason === 'Cut') return cut;
  const field = LIMITS[reason];
  if (field === undefined) return null;
  return refuse('TunnelLimitReached', { rule: `${decision?.rule ?? 'spec.network.allow'}.${field}` });
}
