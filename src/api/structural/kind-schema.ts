import type { KindDefinition } from '../kind-definition.ts';
import type { Rule } from '../shape/rules.ts';
import { convertSchema } from './convert.ts';
import type { StructuralSchema } from './structural-schema.ts';

/**
 * The schema of a kind as its CustomResourceDefinition holds it. Of the metadata only the name may be described there;
 * the API server knows the rest.
 */
export const kindSchema = (definition: KindDefinition): StructuralSchema => {
  const converted = convertSchema(definition.schema, definition.kind);
  const name = converted.properties?.['metadata']?.properties?.['name'];
  if (name === undefined) throw new Error(`${definition.kind} has no metadata.name`);
  return {
    description: definition.summary,
    ...converted,
    required: ['metadata', 'spec'],
    properties: {
      ...converted.properties,
      apiVersion: { type: 'string', description: 'Group and version.' },
      kind: { type: 'string', description: 'The kind.' },
      metadata: { type: 'object', properties: { name } },
    },
  };
};

/** One field of a kind: its path from the root, with `[*]` for the items of a list and `.*` for those of a map. */
export interface SchemaField {
  path: string;
  schema: StructuralSchema;
  required: boolean;
}

const fieldsBelow = (schema: StructuralSchema, path: string): SchemaField[] => {
  if (schema.items !== undefined) return fieldsBelow(schema.items, `${path}[*]`);
  if (schema.additionalProperties !== undefined) {
    return fieldsBelow(schema.additionalProperties, `${path}.*`);
  }
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const childPath = path === '' ? name : `${path}.${name}`;
    const required = schema.required?.includes(name) ?? false;
    return [{ path: childPath, schema: child, required }, ...fieldsBelow(child, childPath)];
  });
};

/** Every field of a kind below `spec` and `status`, the outer before the inner. */
export const schemaFields = (definition: KindDefinition): SchemaField[] => {
  const { spec, status } = kindSchema(definition).properties ?? {};
  return fieldsBelow({ properties: { ...(spec && { spec }), ...(status && { status }) } }, '');
};

/** Every CEL rule in a schema, with the path of the value that it is attached to. */
export const rulesWithin = (schema: StructuralSchema, path = ''): { path: string; rule: Rule }[] => [
  ...(schema['x-kubernetes-validations'] ?? []).map((rule) => ({ path, rule })),
  ...(schema.items ? rulesWithin(schema.items, `${path}[*]`) : []),
  ...(schema.additionalProperties ? rulesWithin(schema.additionalProperties, `${path}.*`) : []),
  ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    rulesWithin(child, path === '' ? name : `${path}.${name}`),
  ),
];
