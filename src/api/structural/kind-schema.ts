import type { KindDefinition } from '../kind-definition.ts';
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
