import { readInteger } from './read-integer.ts';
import { scalarMeaning, type ScalarText } from './scalar-value.ts';
import { YamlFault } from './yaml-fault.ts';

/**
 * The JSON key for a mapping key, as sigs.k8s.io/yaml writes it: `true` for `yes`, decimal for an integer, and the
 * shortest single-precision form for a float. Throws a {@link YamlFault} for null.
 */
export function keyText(scalar: ScalarText, offset: number): string {
  const meaning = scalarMeaning(scalar, offset);
  if (typeof meaning === 'string') return meaning;
  if (meaning === null) throw new YamlFault('a key is empty or null: give it a name, or quote it', offset);
  if (typeof meaning !== 'number') return String(meaning);
  const integer = scalar.tag.endsWith(':float') ? undefined : readInteger(scalar.text.replaceAll('_', ''));
  if (integer === undefined) return singlePrecision(meaning);
  if (!Number.isSafeInteger(integer))
    throw new YamlFault(`the key ${scalar.text} is beyond int64: quote it`, offset);
  return String(integer);
}

// strconv.FormatFloat(value, 'g', -1, 32): fewest digits that read back as the same float32, with an exponent of at
// least two digits below 1e-4 and from 1e6 on.
function singlePrecision(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(single)) return '.nan';
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf';
  if (Object.is(single, -0)) return '-0';
  let precision = 1;
  while (precision < 9 && Math.fround(Number(single.toPrecision(precision))) !== single) precision += 1;
  const [mantissa = '', exponent = '0'] = single.toExponential(precision - 1).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(`${mantissa}e${exponent}`));
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
