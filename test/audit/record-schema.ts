import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';

const SCHEMA = join(import.meta.dirname, '../../docs/audit-record.schema.json');
const ajv = new Ajv2020({ strict: true, strictTypes: false });
const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);

/** Says how a record breaks the published schema; null where it does not. */
export function auditRecordProblem(record: unknown): string | null {
  return validate(record) ? null : ajv.errorsText(validate.errors);
}
