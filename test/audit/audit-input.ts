import type { AuditRecordInput } from '../../src/audit/audit-record-input.ts';

const SUBJECT = {
  namespace: 'acme-agents',
  pod: 'hermes',
  podUID: 'b1c7a7de-9f8e-4b9e-8a55-0d7f3c5a1c11',
  sandbox: 'hermes',
  sandboxUID: '0f2c2b58-5d2e-4f0a-9b1d-3c7a0d2f9e42',
  role: 'data-analyst',
  roleHash: 'a'.repeat(64),
  address: '10.1.2.3',
  proof: 'Secret',
} as const;

/** An allowed tunnel of a sandbox. */
export function auditInput(callUID: string, changes: Partial<AuditRecordInput> = {}): AuditRecordInput {
  return {
    event: 'Connect',
    callUID,
    subject: SUBJECT,
    decision: { effect: 'Allow', reason: null, rule: 'spec.network.allow[0]', level: 'Gateway' },
    destination: { host: 'github.com', port: 443, address: '140.82.112.3' },
    ...changes,
  };
}

/** The same, of another sandbox. */
export function ofSandbox(uid: string): Partial<AuditRecordInput> {
  return { subject: { ...SUBJECT, sandbox: uid, sandboxUID: uid } };
}

/** What denies it. */
export const DENIED = {
  decision: { effect: 'Deny', reason: 'HostNotAllowed', rule: 'spec.network.allow', level: 'Gateway' },
} as const;

/** How it ends. */
export const ENDED = {
  outcome: { succeeded: true, reason: 'Ended', bytesUp: 10, bytesDown: 20, milliseconds: 5 },
} as const;
