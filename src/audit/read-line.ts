import { errorMessage } from '../lib/error-message.ts';
import { type AuditRecord, findRecordProblem } from './audit-record.ts';
import { rewriteLine } from './chain.ts';

/** A line that says what it was written to say, or what is wrong with it. */
export type ReadLine =
  | { readonly record: AuditRecord; readonly hash: string }
  | { readonly problem: string; readonly record: AuditRecord | null };

/** Reads a line and compares it, byte for byte, with what its record is written as. */
export function readLine(bytes: Buffer): ReadLine {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    return { problem: `is not JSON (${errorMessage(error)})`, record: null };
  }
  const problem = findRecordProblem(value);
  if (problem !== null) return { problem: `is not an audit record (${problem})`, record: null };
  const record = value as AuditRecord;
  const { line, hash } = rewriteLine(record);
  if (record.unmapped.chain?.hash !== hash) return { problem: 'does not have the hash that it says', record };
  // Bytes that are not UTF-8 are read as one character, so texts cannot be compared.
  if (!Buffer.from(line).equals(bytes)) return { problem: 'is not canonical JSON', record };
  return { record, hash };
}

/** A part of a file: a line without its line feed, or what follows the last line feed. */
export interface FilePart {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
  /** Where it begins. */
  readonly offset: number;
}

export function* splitFile(content: Buffer): Generator<FilePart> {
  let offset = 0;
  while (offset < content.length) {
    const end = content.indexOf(0x0a, offset);
    const isWhole = end !== -1;
    yield { bytes: content.subarray(offset, isWhole ? end : undefined), isWhole, offset };
    if (!isWhole) return;
    offset = end + 1;
  }
}
