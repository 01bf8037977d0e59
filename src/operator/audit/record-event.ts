import { LABEL, OPERATOR } from '../../api/names.ts';
import { type AuditRecordInput, UNKNOWN_SUBJECT } from '../../audit/audit-record-input.ts';
import { logAuditRecord } from '../../audit/log-audit-record.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { Clock } from '../../lib/clock.ts';

/** Where the operator's records go. */
export interface EventRecording {
  readonly logger: Pick<KubeLogger, 'info'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly tenant: string | null;
}

const BY_OPERATOR = {
  user: OPERATOR,
  decision: { effect: 'Allow', reason: null, rule: null, level: null },
} as const;

/** Records that a pod was cut off or released, and by which quarantine. */
export function recordContainment(
  event: 'Contained' | 'Released',
  { pod, quarantine }: { readonly pod: KubeObject; readonly quarantine: KubeObject['metadata'] | undefined },
  recording: EventRecording,
): void {
  const { namespace = null, name, uid = '', labels } = pod.metadata;
  write(recording, {
    ...BY_OPERATOR,
    event,
    callUID: `${event}-${uid}-${recording.clock.now()}`,
    subject: {
      ...UNKNOWN_SUBJECT,
      namespace,
      pod: name ?? null,
      podUID: uid,
      sandbox: labels?.[LABEL.sandbox] ?? null,
      role: labels?.[LABEL.role] ?? null,
    },
    ...(quarantine === undefined
      ? {}
      : { resource: { kind: 'AgentQuarantine', name: quarantine.name ?? '', uid: quarantine.uid } }),
  });
}

/** Records that a sandbox can log in to Vault from now on, or not any more. */
export function recordCredential(
  event: 'CredentialGiven' | 'CredentialTaken',
  given: {
    readonly sandbox: KubeObject;
    readonly podUID: string | null;
    /** Where something of it is left behind. */
    readonly problem?: string;
  },
  recording: EventRecording,
): void {
  const { sandbox, podUID, problem } = given;
  const { namespace = '', name = '', uid = '' } = sandbox.metadata;
  write(recording, {
    ...BY_OPERATOR,
    event,
    callUID: `${event}-${uid}-${recording.clock.now()}`,
    subject: { ...UNKNOWN_SUBJECT, namespace, sandbox: name, sandboxUID: uid, podUID },
    resource: { kind: 'VaultIdentity', namespace, name, uid },
    outcome: { succeeded: problem === undefined, reason: problem ?? 'Ended' },
  });
}

function write({ logger, tenant, clock }: EventRecording, input: AuditRecordInput): void {
  logAuditRecord(logger, input, { service: OPERATOR, tenant, time: clock.now() });
}
