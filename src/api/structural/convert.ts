import { z } from 'zod';
import { isRecord } from '../../lib/is-record.ts';
import type { StructuralSchema } from './structural-schema.ts';

type Json = Record<string, unknown>;

/** Copied as they are. Everything else is either handled below or refused, so that nothing is lost in silence. */
const COPIED = [
  'type',
  'description',
  'default',
  'enum',
  'format',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'required',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
] as const;

const HANDLED = new Set<string>([
  ...COPIED,
  'pattern',
  'minimum',
  'maximum',
  'items',
  'properties',
  'additionalProperties',
]);

const unsupported = (path: string, found: string): Error =>
  new Error(`${path}: a CustomResourceDefinition cannot hold ${found}; write the schema without it`);

const safe = (bound: unknown): bound is number =>
  typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

const convertQuantity = (node: Json, path: string): StructuralSchema => {
  const text = Array.isArray(node['anyOf'])
    ? node['anyOf'].filter(isRecord).find((branch) => branch['type'] === 'string')
    : undefined;
  if (text === undefined) throw unsupported(path, 'x-kubernetes-int-or-string without a string branch');
  const { anyOf: _branches, 'x-kubernetes-int-or-string': _mark, ...rest } = node;
  const { type: _type, ...shared } = convertNode({ ...rest, ...text }, path);
  return { ...shared, 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] };
};

const convertProperties = (properties: Json, path: string): Record<string, StructuralSchema> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, child]) => [name, convertNode(child, `${path}.${name}`)]),
  );

/** An object lists its properties, or maps names to one schema, or keeps what it is given; never two of these. */
const convertObject = (node: Json, path: string): StructuralSchema => {
  if (node['x-kubernetes-preserve-unknown-fields'] === true) return {};
  if ('properties' in node && 'additionalProperties' in node) {
    throw unsupported(path, 'additionalProperties beside properties');
  }
  if (isRecord(node['properties'])) return { properties: convertProperties(node['properties'], path) };
  if (!isRecord(node['additionalProperties'])) throw unsupported(path, 'an object of unknown shape');
  return { additionalProperties: convertNode(node['additionalProperties'], `${path}.*`) };
};

const convertBounds = (node: Json): StructuralSchema => ({
  // JavaScript's largest safe integers stand for "no bound" in zod.
  ...(safe(node['minimum']) ? { minimum: node['minimum'] } : {}),
  ...(safe(node['maximum']) ? { maximum: node['maximum'] } : {}),
  ...(typeof node['pattern'] === 'string' ? { pattern: node['pattern'].replaceAll('\\/', '/') } : {}),
  ...(node['type'] === 'integer' ? { format: 'int64' } : {}),
});

const convertNode = (node: unknown, path: string): StructuralSchema => {
  if (!isRecord(node)) throw unsupported(path, JSON.stringify(node));
  if (node['x-kubernetes-int-or-string'] === true) return convertQuantity(node, path);
  const stranger = Object.keys(node).find((key) => !HANDLED.has(key));
  if (stranger !== undefined) throw unsupported(path, stranger);
  if (typeof node['type'] !== 'string') throw unsupported(path, 'a value without a type');
  const copied = Object.fromEntries(COPIED.filter((key) => key in node).map((key) => [key, node[key]]));
  const converted: StructuralSchema = { ...copied, ...convertBounds(node) };
  if (node['type'] === 'array') return { ...converted, items: convertNode(node['items'], `${path}[*]`) };
  return node['type'] === 'object' ? { ...converted, ...convertObject(node, path) } : converted;
};

/**
 * Turns a zod schema into a structural OpenAPI v3 schema. Throws where the schema says something that a
 * CustomResourceDefinition cannot hold, naming the path.
 */
export const convertSchema = (schema: z.ZodType, root = ''): StructuralSchema =>
  convertNode(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline' }), root);
