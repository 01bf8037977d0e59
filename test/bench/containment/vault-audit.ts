import { join } from 'node:path';
import { OPERATOR_POLICY } from '../../../src/policy/vault/operator-policy.ts';
import { mustSucceed } from '../../testbed/vault/call-vault.ts';
import type { StartedVault } from '../../testbed/vault/start-vault.ts';
import { createTail } from '../operator/audit-log.ts';

/** One request of the operator, as Vault's audit device has it. */
export interface VaultCall {
  /** `create`, `read`, `update`, `delete` or `list`. */
  readonly operation: string;
  readonly path: string;
}

/** What Vault notes of the operator's requests. */
export interface VaultAudit {
  /** The requests that came since the last call, but for those about the operator's own token. */
  readonly take: () => readonly VaultCall[];
  /** Has Vault write no more, which takes time. */
  readonly stop: () => Promise<void>;
}

interface AuditEntry {
  readonly type: string;
  readonly auth?: { readonly policies?: readonly string[] };
  readonly request: { readonly operation: string; readonly path: string };
}

/** Has Vault write an audit log, and reads it. */
export async function auditVault({ root, folder }: StartedVault): Promise<VaultAudit> {
  const file_path = join(folder, 'audit.log');
  const device = { type: 'file', options: { file_path } };
  await mustSucceed('write an audit log', root('PUT', 'sys/audit/bench', device));
  const takeLines = createTail(file_path);
  return {
    take: () => takeLines().flatMap(readEntry),
    stop: async () => void (await mustSucceed('end the audit log', root('DELETE', 'sys/audit/bench'))),
  };
}

/** A login has no policy yet, so that it is nobody's. */
function readEntry(line: string): VaultCall[] {
  const { type, auth, request } = JSON.parse(line) as AuditEntry;
  const isOperators = auth?.policies?.includes(OPERATOR_POLICY) ?? false;
  const { operation, path } = request;
  return type === 'request' && isOperators && !path.startsWith('auth/token/') ? [{ operation, path }] : [];
}

/** Counts requests by operation and kind of path, most first, as `read sys/mounts/auth/kubernetes 100`. */
export function tallyCalls(calls: readonly VaultCall[]): string {
  const counts = new Map<string, number>();
  for (const { operation, path } of calls) {
    const kind = path.replace(/\/cloister\..*$/, '/…').replace(/^(identity\/entity\/id)\/.*$/, '$1/…');
    const name = `${operation} ${kind}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.length === 0 ? 'none' : sorted.map(([name, count]) => `${name} ${count}`).join(', ');
}
