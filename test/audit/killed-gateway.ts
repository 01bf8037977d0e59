import { openAuditLog } from '../../src/audit/open-audit-log.ts';
import { createLog } from '../../src/lib/log.ts';
import { auditInput } from './audit-input.ts';

/** Writes an intent into a folder, says so, and waits to be killed. */
const log = await openAuditLog({
  tenant: 'acme',
  replica: 'cloister-gateway-0',
  folder: process.argv[2] ?? '',
  stream: null,
  keyFolder: null,
  retentionDays: 365,
  log: createLog({ program: 'test', level: 'silent' }),
  now: Date.now,
});
await log.intend(auditInput('killed'), 'Synced');
process.stdout.write('written\n');
setInterval(() => {}, 1_000);
