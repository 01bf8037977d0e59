import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';
import { type FieldPath, fieldPath } from './field-path.ts';
import type { ValueType } from './workload-types.ts';

type Wanted = Exclude<ValueType, 'any'> | 'object' | 'list';

const NAMES: Readonly<Record<Wanted, string>> = {
  string: 'a string',
  boolean: 'true or false',
  int32: 'a whole number of 32 bits',
  int64: 'a whole number',
  quantity: 'a quantity, such as 500m or 1Gi',
  intOrString: 'a whole number or a string',
  object: 'an object',
  list: 'a list',
};

/** `spec.hostNetwork is "true"; must be true or false. Remove the quotes` */
export function describeWrongType(
  path: FieldPath,
  found: unknown,
  wanted: Wanted,
): { readonly message: string; readonly needsQuotes?: boolean } {
  const subject = path.length === 0 ? 'the object' : fieldPath(path);
  const shown = found === null ? 'null' : show(found);
  // The number of bits matters only to a whole number that is too large for its field.
  const isOtherType = wanted === 'int32' && !Number.isInteger(found);
  const message = `${subject} is ${shown}; must be ${NAMES[isOtherType ? 'int64' : wanted]}`;
  const isUnquoted = wanted === 'string' && (typeof found === 'boolean' || typeof found === 'number');
  // The text as it was written may be another: `yes` for true, `1.10` for 1.1.
  if (isUnquoted) return { message, needsQuotes: true };
  const advice = advise(found, wanted);
  return { message: advice === '' ? message : `${message}. ${advice}` };
}

/** Says what to write if the likely mistake is clear, or else nothing. */
function advise(found: unknown, wanted: Wanted): string {
  if (wanted === 'list' && isRecord(found)) return 'Begin each item with "- "';
  if (typeof found !== 'string') return '';
  if (wanted === 'list') return `Put it in brackets: [${show(found)}]`;
  if (wanted === 'boolean') {
    return /^(true|false)$/.test(found) ? 'Remove the quotes' : 'Write true or false, without quotes';
  }
  const isNumber = wanted === 'int32' || wanted === 'int64';
  return isNumber && /^-?\d+$/.test(found) ? 'Remove the quotes' : '';
}

/**
 * Says how to put a value in quotes. `written` is its text in the file, where that is known; a fraction may have lost
 * digits that the file has (1.10), so without it the value is not repeated.
 */
export function adviseQuotes(found: unknown, written: string | null): string {
  const isExact = typeof found === 'boolean' || Number.isSafeInteger(found);
  const text = written ?? (isExact ? String(found) : null);
  return text === null ? 'Put it in quotes' : `Put it in quotes: "${text}"`;
}
