import { auditRecordSchema } from '../../src/audit/audit-record.ts';
import type { Generator } from './generated-file.ts';

/** The JSON Schema of a line of the audit. */
export const auditSchema: Generator = () => [
  { path: 'docs/audit-record.schema.json', content: `${JSON.stringify(auditRecordSchema(), null, 2)}\n` },
];
