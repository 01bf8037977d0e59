import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A request, as far as the level `Metadata` of the audit log has it. */
export interface AuditedRequest {
  readonly verb: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The audit log of an API server that is started with `apiServerFlags`. */
export interface AuditLog {
  readonly apiServerFlags: readonly string[];
  /** All requests of the user so far that were answered; a watch is, when it begins. */
  readonly read: () => Promise<readonly AuditedRequest[]>;
  readonly remove: () => Promise<void>;
}

/** Prepares a log of what one user asks for. */
export async function createAuditLog(user: string): Promise<AuditLog> {
  const folder = await mkdtemp(join(tmpdir(), 'cloister-audit-'));
  const [policy, log] = [join(folder, 'policy.json'), join(folder, 'audit.log')];
  const rules = [{ level: 'Metadata', users: [user] }, { level: 'None' }];
  const omitStages = ['RequestReceived'];
  await writeFile(
    policy,
    JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages, rules }),
  );
  return {
    apiServerFlags: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`],
    read: async () => {
      const lines = (await readFile(log, 'utf8')).split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditedRequest);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
