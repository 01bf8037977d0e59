import { readInteger } from './read-integer.ts';
import type { ScalarText } from './scalar-value.ts';
import { YamlFault } from './yaml-fault.ts';

/**
 * The JSON key for a mapping key, as sigs.k8s.io/yaml writes it: `true` for `yes`, decimal for an integer, and the
 * shortest single-precision form for a float. Throws a {@link YamlFault} for null.
 */
export function keyText(scalar: ScalarText, value: string | number | boolean | null, offset: number): string {
  if (typeof value === 'string') return value;
  if (value === null) throw new YamlFault('a key is empty or null: give it a name, or quote it', offset);
  if (typeof value === 'boolean') return String(value);
  const integer = scalar.tag.endsWith(':float') ? undefined : readInteger(scalar.text.replaceAll('_', ''));
  return integer === undefined ? singlePrecision(value, offset) : String(integer);
}

// strconv.FormatFloat(value, 'g', -1, 32): fewest digits that read back as the same float32, with an exponent of at
// least two digits below 1e-4 and from 1e6 on.
function singlePrecision(value: number, offset: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single)) throw new YamlFault(`the key ${value} is out of range: quote it`, offset);
  let precision = 1;
  while (precision < 9 && Math.fround(Number(single.toPrecision(precision))) !== single) precision += 1;
  const [mantissa = '', exponent = '0'] = single.toExponential(precision - 1).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(`${mantissa}e${exponent}`));
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
