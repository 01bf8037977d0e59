import { isRecord } from '../../lib/is-record.ts';

/**
 * The paths in an object that reading it by its schema has dropped, because the kind has no such field. kubectl refuses
 * them, and so must who reads a file: a misspelt rule would be no rule. Metadata is not looked at.
 */
export function strippedFields(written: Readonly<Record<string, unknown>>, read: unknown): readonly string[] {
  const { metadata: _metadata, ...rest } = written;
  return compare(rest, read, '');
}

function compare(written: unknown, read: unknown, path: string): readonly string[] {
  if (Array.isArray(written)) {
    const list: readonly unknown[] = Array.isArray(read) ? read : [];
    return written.flatMap((item, index) => compare(item, list[index], `${path}[${index}]`));
  }
  if (!isRecord(written) || !isRecord(read)) return [];
  return Object.entries(written).flatMap(([name, member]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return Object.hasOwn(read, name) ? compare(member, read[name], at) : [at];
  });
}
