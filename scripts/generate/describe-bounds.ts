import type { StructuralSchema } from '../../src/api/structural/structural-schema.ts';

const range = (low: number | undefined, high: number | undefined, unit: string): string[] => {
  if (low === undefined && high === undefined) return [];
  if (low === undefined || low === 0) return high === undefined ? [] : [`at most ${high}${unit}`];
  if (high === undefined) return [`at least ${low}${unit}`];
  return [low === high ? `exactly ${low}${unit}` : `${low} to ${high}${unit}`];
};

/** A pattern longer than this says less than the meaning beside it. */
const LONGEST_PATTERN = 80;

const describePattern = (pattern: string | undefined): string[] =>
  pattern === undefined || pattern.length > LONGEST_PATTERN ? [] : [`\`${pattern}\``];

/** The bounds of one value in words. */
export const describeBounds = (schema: StructuralSchema): string =>
  [
    ...range(schema.minimum, schema.maximum, ''),
    ...range(schema.minLength, schema.maxLength, ' characters'),
    ...range(schema.minItems, schema.maxItems, ' items'),
    ...range(schema.minProperties, schema.maxProperties, ' entries'),
    ...(schema.items ? [describeBounds(schema.items)].filter(Boolean).map((text) => `each ${text}`) : []),
    ...describePattern(schema.pattern),
  ].join(', ');
