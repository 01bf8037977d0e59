import { describe, expect, test } from 'vitest';
import type { KindDefinition } from '../../../src/api/kind-definition.ts';
import { kinds } from '../../../src/api/kinds.ts';
import { customResourceDefinition } from '../../../src/api/structural/custom-resource-definition.ts';
import {
  kindSchema,
  rulesWithin,
  type SchemaField,
  schemaFields,
} from '../../../src/api/structural/kind-schema.ts';
import type { StructuralSchema } from '../../../src/api/structural/structural-schema.ts';
import { UNOBEYED_FIELDS, UNSET_VALUES } from '../../../src/api/unobeyed-fields.ts';

const isOpen = (schema: StructuralSchema): boolean => {
  if (schema.items !== undefined) return schema.maxItems === undefined || isOpen(schema.items);
  if (schema.additionalProperties !== undefined) {
    return schema.maxProperties === undefined || isOpen(schema.additionalProperties);
  }
  if (schema.type === 'integer') return schema.minimum === undefined;
  const isText = schema.type === 'string' || schema['x-kubernetes-int-or-string'] === true;
  return isText && schema.enum === undefined && schema.maxLength === undefined;
};

const paths = (definition: KindDefinition, select: (field: SchemaField) => boolean): string[] =>
  schemaFields(definition)
    .filter(select)
    .map(({ path }) => path);

describe.for(kinds.map((definition) => ({ kind: definition.kind, definition })))(
  '$kind',
  ({ kind, definition }) => {
    test('outlives the release of Helm that brought it', () => {
      const { annotations } = customResourceDefinition(definition).metadata;
      expect(annotations['helm.sh/resource-policy']).toBe('keep');
    });

    test('every field says what it means', () => {
      expect(paths(definition, ({ schema }) => schema.description === undefined)).toEqual([]);
    });

    test('every string, list, map and number is bounded', () => {
      expect(paths(definition, ({ schema }) => isOpen(schema))).toEqual([]);
    });

    test('every list says how its items are told apart, where it is not an order of plain words', () => {
      const lists = paths(
        definition,
        ({ schema }) => schema.type === 'array' && schema['x-kubernetes-list-type'] === undefined,
      );
      expect(lists.filter((path) => !['spec.command', 'spec.args'].includes(path))).toEqual([]);
    });

    test('no field is a boolean, which could not grow', () => {
      expect(paths(definition, ({ schema }) => schema.type === 'boolean')).toEqual([]);
    });

    test('every rule between fields has a message for a person', () => {
      const wordless = rulesWithin(kindSchema(definition)).filter(({ rule }) => rule.message.length < 10);
      expect(wordless).toEqual([]);
    });

    test('the fields that nothing obeys yet exist', () => {
      const all = schemaFields(definition).map(({ path }) => path);
      const named = [...(UNOBEYED_FIELDS[kind] ?? []), ...Object.keys(UNSET_VALUES[kind] ?? {})];
      expect(named.filter((path) => !all.includes(path))).toEqual([]);
    });

    test('it is listed under the category cloister and has a status of its own', () => {
      const { spec } = customResourceDefinition(definition);
      expect(spec.names.categories).toEqual(['cloister']);
      expect(spec.versions[0]?.subresources).toEqual({ status: {} });
    });

    test('conditions and reasons are single words in capitals, as Kubernetes wants them', () => {
      const words = Object.entries(definition.conditions).flatMap(([type, { reasons }]) => [
        type,
        ...Object.keys(reasons),
      ]);
      expect(words.filter((word) => !/^[A-Z][A-Za-z0-9]*$/.test(word))).toEqual([]);
    });
  },
);

test('no two kinds share a name', () => {
  const names = kinds.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]);
  expect(new Set(names).size).toBe(names.length);
});
