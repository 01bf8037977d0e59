import type { KindDefinition } from '../kind-definition.ts';
import { kindSchema } from './kind-schema.ts';
import type { StructuralSchema } from './structural-schema.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldsUnknownTo = (schema: StructuralSchema, value: unknown, path: string): string[] => {
  const { items, properties, additionalProperties } = schema;
  if (Array.isArray(value)) {
    return items === undefined
      ? []
      : value.flatMap((item, index) => fieldsUnknownTo(items, item, `${path}[${index}]`));
  }
  if (!isObject(value) || schema['x-kubernetes-preserve-unknown-fields'] === true) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const known = properties?.[name] ?? additionalProperties;
    const childPath = path === '' ? name : `${path}.${name}`;
    return known === undefined ? [childPath] : fieldsUnknownTo(known, child, childPath);
  });
};

// Made from the definition once: it takes longer than reading a hundred objects.
const schemas = new Map<KindDefinition, StructuralSchema>();

const schemaOf = (definition: KindDefinition): StructuralSchema => {
  const known = schemas.get(definition);
  if (known !== undefined) return known;
  const made = kindSchema(definition);
  schemas.set(definition, made);
  return made;
};

/**
 * The paths in an object that its kind does not have. The API server drops them for a client that does not ask for strict
 * validation, so whoever reads a file has to refuse them: a misspelt rule would be no rule. Metadata is not looked at.
 */
export const unknownFields = (definition: KindDefinition, object: unknown): string[] => {
  const { metadata: _metadata, ...rest } = isObject(object) ? object : {};
  return fieldsUnknownTo(schemaOf(definition), rest, '');
};
