import { type AuditRecordInput, type AuditSubject, UNKNOWN_SUBJECT } from '../../audit/audit-record-input.ts';
import type { Call, CallOutcome } from './call.ts';
import type { Refusal } from './refusal.ts';

/** What is recorded of a call now. */
export function recordOf(call: Call, outcome?: CallOutcome, refusal = outcome?.refusal): AuditRecordInput {
  const { uid, operation } = call;
  return {
    event: operation.event,
    callUID: uid,
    subject: subjectOf(call),
    decision: refusal === undefined ? allowed(call) : refused(refusal),
    ...(call.caller === null ? {} : operation.describe()),
    ...(outcome === undefined ? {} : { outcome: ended(outcome) }),
  };
}

function subjectOf({ caller, refused: unknown, address }: Call): AuditSubject {
  if (caller === null) {
    const { namespace = null, pod = null, sandbox = null } = unknown ?? {};
    return { ...UNKNOWN_SUBJECT, address, namespace, pod, sandbox };
  }
  const { namespace, pod, podUID, sandbox, sandboxUID, role, roleHash, proof } = caller;
  return { namespace, pod, podUID, sandbox, sandboxUID, role, roleHash, address, proof };
}

function allowed({ decision }: Call): AuditRecordInput['decision'] {
  return { effect: 'Allow', reason: null, rule: decision?.rule ?? null, level: decision?.level ?? null };
}

function refused({ effect, reason, rule, level }: Refusal): AuditRecordInput['decision'] {
  return { effect, reason, rule, level };
}

function ended({ refusal: _refusal, ...outcome }: CallOutcome): CallOutcome {
  return outcome;
}
