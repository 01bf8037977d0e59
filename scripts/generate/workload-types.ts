import type { GeneratedFile } from './generated-file.ts';

/** Part of an OpenAPI 3 document of the API server. */
export interface OpenAPIDocument {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** The documents that hold the kinds below, as paths of the API server. */
export const OPENAPI_PATHS: readonly string[] = [
  '/openapi/v3/api/v1',
  '/openapi/v3/apis/apps/v1',
  '/openapi/v3/apis/batch/v1',
];

/** Pods, and the built-in kinds that hold a pod template. */
const KINDS = [
  'io.k8s.api.core.v1.Pod',
  'io.k8s.api.core.v1.PodTemplate',
  'io.k8s.api.core.v1.ReplicationController',
  'io.k8s.api.apps.v1.DaemonSet',
  'io.k8s.api.apps.v1.Deployment',
  'io.k8s.api.apps.v1.ReplicaSet',
  'io.k8s.api.apps.v1.StatefulSet',
  'io.k8s.api.batch.v1.CronJob',
  'io.k8s.api.batch.v1.Job',
];

/** Types of one value, by the last part of their names. */
const VALUES: Readonly<Record<string, string>> = {
  Time: 'string',
  MicroTime: 'string',
  Quantity: 'quantity',
  IntOrString: 'intOrString',
  FieldsV1: 'any',
};

// OpenAPI calls these required, and the API server takes the zero value where they are absent.
const OPTIONAL = new Set([
  'HTTPHeader.value',
  'ISCSIVolumeSource.lun',
  'SleepAction.seconds',
  'Sysctl.value',
]);

/** The path of the file that holds the types. */
export const WORKLOAD_TYPES_PATH = 'src/policy/pod/workload-types.json';

/**
 * The types of every field that a pod or a built-in workload kind has, but for their status: a type for each object, one
 * on a line, with its fields as `name` or, where the API server requires it, `name!`. The type of a field is the name of
 * another, a primitive, `[T]` for a list of T or `{T}` for a map of T.
 */
export function workloadTypes(documents: readonly OpenAPIDocument[]): GeneratedFile {
  const schemas = Object.assign({}, ...documents.map(({ components }) => components.schemas)) as Record<
    string,
    Schema
  >;
  const types = new Map<string, string>();
  const found = [...KINDS];
  for (let name = found.pop(); name !== undefined; name = found.pop()) {
    if (types.has(shortName(name))) continue;
    const schema = schemas[name];
    if (schema === undefined) throw new Error(`the API server serves no type ${name}`);
    types.set(shortName(name), JSON.stringify(fieldsOf(shortName(name), schema, found)));
  }
  const lines = [...types].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const content = lines.map(([name, fields]) => `  ${JSON.stringify(name)}: ${fields}`).join(',\n');
  return { path: WORKLOAD_TYPES_PATH, content: `{\n${content}\n}\n` };
}

function fieldsOf(type: string, schema: Schema, found: string[]): Readonly<Record<string, string>> {
  const required = new Set(schema.required);
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([field, of]) => {
      const isRequired = required.has(field) && !OPTIONAL.has(`${type}.${field}`);
      // Written by controllers, and ignored where an object is created.
      const text = field === 'status' && KINDS.some((kind) => shortName(kind) === type) ? 'any' : null;
      return [isRequired ? `${field}!` : field, text ?? typeText(of, found)];
    }),
  );
}

function typeText(schema: Schema, found: string[]): string {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference !== undefined) {
    const name = reference.slice(reference.lastIndexOf('/') + 1);
    const value = VALUES[shortName(name)];
    if (value === undefined) found.push(name);
    return value ?? shortName(name);
  }
  if (schema.items !== undefined) return `[${typeText(schema.items, found)}]`;
  if (schema.additionalProperties !== undefined) return `{${typeText(schema.additionalProperties, found)}}`;
  if (schema.type === 'integer') return schema.format ?? 'int64';
  if (schema.type === 'string' || schema.type === 'boolean') return schema.type;
  throw new Error(`the type ${JSON.stringify(schema)} is not known: add it to ${import.meta.filename}`);
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
