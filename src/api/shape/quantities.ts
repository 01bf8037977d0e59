import { z } from 'zod';
import { type Rule, rules } from './rules.ts';

/** A Kubernetes quantity as it is written: `50Mi`, `"1"`, or the bare number that YAML makes of `1`. */
export type Quantity = string | number;

const quantity = (pattern: RegExp, words: string, rule: Rule) =>
  z
    .union([z.int().min(0), z.string().min(1).max(20).regex(pattern, words)], words)
    .meta({ 'x-kubernetes-int-or-string': true, ...rules(rule) });

const between = (zero: 'above' | 'from', maximum: string): Rule => {
  const value = 'quantity(string(self))';
  const low =
    zero === 'above' ? `${value}.isGreaterThan(quantity('0'))` : `!${value}.isLessThan(quantity('0'))`;
  const words = zero === 'above' ? 'more than 0' : 'at least 0';
  return {
    rule: `${low} && !${value}.isGreaterThan(quantity('${maximum}'))`,
    message: `must be ${words} and at most ${maximum}`,
  };
};

const BYTES = /^[0-9]{1,15}(\.[0-9]{1,3})?(k|Ki|M|Mi|G|Gi|T|Ti)?$/;
const CORES = /^([0-9]{1,6}m|[0-9]{1,6}(\.[0-9]{1,3})?)$/;

/** A size in bytes above 0 (0 would mean "no limit" to a container runtime) and at most `maximum`. */
export const byteQuantity = (maximum: string) =>
  quantity(BYTES, 'must be a number of bytes, such as "512Mi" or "2Gi"', between('above', maximum));

/** A number of processor cores above 0 and at most `maximum`, to the thousandth. */
export const coreQuantity = (maximum: string) =>
  quantity(CORES, 'must be a number of cores, such as "500m" or "2"', between('above', maximum));

/** Any amount of a resource, 0 included, such as an entry of a ResourceQuota. */
export const countQuantity = () =>
  quantity(
    /^[0-9]{1,15}(\.[0-9]{1,3})?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
    'must be an amount, such as "10", "500m" or "2Gi"',
    between('from', '1000T'),
  );
