import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { AuditLog } from '../../src/audit/audit-log.ts';
import { auditRecord, type AuditRecord } from '../../src/audit/audit-record.ts';
import { type AuditLogOptions, openAuditLog } from '../../src/audit/open-audit-log.ts';
import { createLog } from '../../src/lib/log.ts';
import { auditRecordProblem } from './record-schema.ts';

/** A folder of its own for each test, and logs in it that are stopped behind it. */
export function useAudit() {
  let folder = '';
  const logs: AuditLog[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cloister-audit-'));
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.stop()));
    await rm(folder, { recursive: true, force: true });
  });
  const files = async () => (await readdir(folder)).sort();
  return {
    folder: () => folder,
    open: async (changes: Partial<AuditLogOptions> = {}): Promise<AuditLog> => {
      const log = await openAuditLog({
        tenant: 'acme',
        replica: 'cloister-gateway-0',
        folder,
        stream: null,
        keyFolder: null,
        retentionDays: 365,
        log: createLog({ program: 'test', level: 'silent' }),
        now: Date.now,
        ...changes,
      });
      logs.push(log);
      return log;
    },
    files,
    /** All records, each of which fits the published schema. */
    records: async (): Promise<readonly AuditRecord[]> => {
      const records: AuditRecord[] = [];
      for (const file of await files()) {
        const text = await readFile(join(folder, file), 'utf8');
        for (const line of text.split('\n').slice(0, -1)) {
          const record: unknown = JSON.parse(line);
          expect(auditRecordProblem(record)).toBeNull();
          records.push(auditRecord.parse(record));
        }
      }
      return records;
    },
  };
}
