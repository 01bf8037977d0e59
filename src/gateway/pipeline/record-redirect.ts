import type { AuditLog } from '../../audit/audit-log.ts';
import type { AuditRecordInput } from '../../audit/audit-record-input.ts';
import { type CallDecision, isAllowed } from '../../policy/tools/call-decision.ts';
import type { HopEnd } from '../egress/fetch-url.ts';
import type { Call, CallOutcome } from './call.ts';
import { recordOf } from './record.ts';
import { type Refusal, refusalOfDecision, refuse } from './refusal.ts';
import { writeAhead } from './write-ahead.ts';

/** A request that a redirect asks for, and what was decided about it. */
export interface Redirect {
  readonly hop: { readonly url: string; readonly method: string };
  readonly decision: CallDecision;
  /** Counts the redirects of a call from 1. */
  readonly number: number;
}

/** Why a redirect is not followed, or what is called with how it ended. */
export type BegunRedirect = { readonly refusal: Refusal } | { readonly onEnd: (end: HopEnd) => void };

/** Records a redirect ahead, as a call of its own that names the one it belongs to. What cannot be recorded is not followed. */
export async function beginRedirect(call: Call, redirect: Redirect, audit: AuditLog): Promise<BegunRedirect> {
  const { decision } = redirect;
  const denied = refusalOfDecision(decision);
  if (denied !== null) {
    audit.record(recordOfRedirect(call, redirect, { refusal: denied }));
    return { refusal: denied };
  }
  const intent = recordOfRedirect(call, redirect, {});
  const written = await writeAhead(audit, intent, auditSettingsOf(call));
  if (typeof written === 'object') {
    audit.record(recordOfRedirect(call, redirect, { refusal: written }));
    return { refusal: written };
  }
  return {
    onEnd: (end) => {
      const outcome = outcomeOf(call, end);
      const ended = recordOfRedirect(call, redirect, { ...end, outcome, refusal: outcome.refusal });
      if (written) audit.outcome(ended);
      else if (outcome.refusal !== undefined) audit.record(ended);
    },
  };
}

function auditSettingsOf({ caller }: Call) {
  if (caller === null) throw new Error('the caller is not known');
  return caller.auditSettings;
}

function outcomeOf(call: Call, { status, reason, bytesUp, bytesDown }: HopEnd): CallOutcome {
  if (reason === null)
    return { succeeded: true, reason: 'Answered', status: status ?? 0, bytesUp, bytesDown };
  // Nobody is left to be told, and no rule has ended it.
  if (call.cut === null && call.ended.signal.aborted) {
    return { succeeded: false, reason: 'ClientGone', bytesUp, bytesDown };
  }
  const refusal = call.cut ?? refuse(reason);
  return { succeeded: false, reason: refusal.reason, bytesUp, bytesDown, refusal };
}

interface Found {
  readonly outcome?: CallOutcome;
  readonly refusal?: Refusal | undefined;
  /** The address of its connection. */
  readonly address?: string | null;
}

function recordOfRedirect(
  call: Call,
  { hop: { url, method }, decision, number }: Redirect,
  { outcome, refusal, address = null }: Found,
): AuditRecordInput {
  // They are with the call.
  const { arguments: _arguments, ...record } = recordOf(call, outcome, refusal);
  const { hostname: host, port, pathname: path } = new URL(url);
  const { rule, level } = decision;
  return {
    ...record,
    ...(isAllowed(decision) && refusal === undefined
      ? { decision: { effect: 'Allow', reason: null, rule, level } }
      : {}),
    callUID: `${call.uid}.${number}`,
    redirectOf: call.uid,
    destination: { host, port: port === '' ? 443 : Number(port), address },
    request: { method, path },
  };
}
