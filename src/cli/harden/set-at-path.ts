import { isRecord } from '../../lib/is-record.ts';

/** A copy of a JSON value with another value at a path that it has; what is not on the path is shared. */
export function setAtPath(value: unknown, path: readonly (string | number)[], replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      index === step ? setAtPath(item, rest, replacement) : (item as unknown),
    );
  }
  return isRecord(value) ? { ...value, [step]: setAtPath(value[step], rest, replacement) } : value;
}
