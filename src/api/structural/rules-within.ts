import type { Rule } from '../shape/rules.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** Every CEL rule in a schema, with the path of the value that it is attached to. */
export const rulesWithin = (schema: StructuralSchema, path = ''): { path: string; rule: Rule }[] => [
  ...(schema['x-kubernetes-validations'] ?? []).map((rule) => ({ path, rule })),
  ...(schema.items ? rulesWithin(schema.items, `${path}[*]`) : []),
  ...(schema.additionalProperties ? rulesWithin(schema.additionalProperties, `${path}.*`) : []),
  ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    rulesWithin(child, path === '' ? name : `${path}.${name}`),
  ),
];
