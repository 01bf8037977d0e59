import { type AuditRecord, type LOG_EVENTS, OCSF_VERSION } from './audit-record.ts';

/** An event about the log itself, without its place in a chain. */
export function logRecord(
  about: {
    readonly event: (typeof LOG_EVENTS)[number];
    readonly tenant: string;
    readonly replica: string;
    readonly time: number;
  },
  details: Pick<AuditRecord['unmapped'], 'epoch' | 'dropped' | 'expired'>,
): AuditRecord {
  const { event, tenant, replica, time } = about;
  return {
    activity_id: 99,
    activity_name: event,
    action: 'Allowed',
    action_id: 1,
    actor: { user: { name: replica } },
    api: { operation: event, service: { name: 'cloister-audit' } },
    category_uid: 6,
    class_uid: 6003,
    disposition: 'Allowed',
    disposition_id: 1,
    metadata: {
      event_code: event,
      product: { name: 'Cloister', vendor_name: 'Cloister' },
      profiles: ['security_control'],
      sequence: 0,
      tenant_uid: tenant,
      version: OCSF_VERSION,
    },
    severity_id: event === 'RecordsDropped' ? 3 : 1,
    src_endpoint: { name: replica },
    status_id: 1,
    time: Math.round(time),
    type_uid: 600_399,
    unmapped: { phase: 'Event', ...details },
  };
}
