import { WEBHOOK } from '../api/names.ts';
import { UNKNOWN_SUBJECT } from '../audit/audit-record-input.ts';
import { logAuditRecord } from '../audit/log-audit-record.ts';
import type { Logger } from '../lib/log.ts';
import type { AdmissionRequest, ReviewPhase } from './admission-review.ts';
import type { AdmissionVerdict } from './admission-verdict.ts';

/**
 * Records what was decided on a request: once, although the API server asks twice. What is rejected in the first phase is
 * not asked about again.
 */
export function recordAdmission(
  phase: ReviewPhase,
  { request, verdict }: { readonly request: AdmissionRequest; readonly verdict: AdmissionVerdict },
  { log, time }: { readonly log: Pick<Logger, 'info'>; readonly time: number },
): void {
  if (verdict.allowed && phase === 'Explain') return;
  const { uid, operation, resource, subResource, kind, namespace, name, userInfo } = request;
  const decision = verdict.allowed
    ? { effect: 'Allow' as const, reason: null }
    : { effect: 'Deny' as const, reason: verdict.reason };
  const rule = verdict.allowed ? null : verdict.checks.join(', ');
  logAuditRecord(
    log,
    {
      event: 'Admission',
      callUID: uid,
      subject: { ...UNKNOWN_SUBJECT, namespace: namespace ?? null },
      decision: { ...decision, rule: rule === '' ? null : rule, level: 'Pod' },
      operation: `${operation} ${resource.resource}${subResource ? `/${subResource}` : ''}`,
      resource: { kind: kind.kind, namespace, name: name ?? '' },
      user: userInfo?.username ?? 'unknown',
    },
    { service: WEBHOOK, tenant: null, time },
  );
}
