import type { StructuralSchema } from '../../src/api/structural/structural-schema.ts';

const listOf = (schema: StructuralSchema): string => {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (keys !== undefined) return `list by ${keys.join(', ')}`;
  const items = schema.items ? describeType(schema.items) : 'values';
  return schema['x-kubernetes-list-type'] === 'set' ? `distinct list of ${items}` : `list of ${items}`;
};

/** The type of one value in words. */
export const describeType = (schema: StructuralSchema): string => {
  if (schema['x-kubernetes-int-or-string'] === true) return 'quantity';
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.type === 'array') return listOf(schema);
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return 'JSON';
  if (schema.additionalProperties !== undefined) return `map to ${describeType(schema.additionalProperties)}`;
  return schema.format === 'date-time' ? 'time' : (schema.type ?? '');
};
