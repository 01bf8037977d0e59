import TYPES from './workload-types.json' with { type: 'json' };

/** A value that has no fields. A `quantity` and an `intOrString` are a text or a number. */
export type ValueType =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'quantity'
  | 'intOrString'
  /** JSON of any form. */
  | 'any';

export type FieldType = ValueType | ListType | MapType | ObjectType;

export interface ListType {
  readonly form: 'List';
  readonly items: FieldType;
}

export interface MapType {
  readonly form: 'Map';
  readonly values: FieldType;
}

/** An object of the Kubernetes API with the fields that the API server knows. */
export interface ObjectType {
  readonly form: 'Object';
  /** As in Kubernetes: `PodSpec`. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldType>;
  /** Names of the fields that the API server requires. */
  readonly required: readonly string[];
}

/**
 * The types of pods, pod templates and the built-in workload kinds, by name. The API server's own OpenAPI is their source
 * (`npm run generate -- --api-server`).
 */
export const WORKLOAD_TYPES: ReadonlyMap<string, ObjectType> = compileTypes(TYPES);

type MutableType = ObjectType & { readonly fields: Map<string, FieldType>; readonly required: string[] };

function compileTypes(written: Readonly<Record<string, object>>): ReadonlyMap<string, ObjectType> {
  const types = new Map<string, MutableType>();
  for (const name of Object.keys(written)) {
    types.set(name, { form: 'Object', name, fields: new Map(), required: [] });
  }
  for (const [name, { fields, required }] of types) {
    for (const [field, text] of Object.entries(written[name] ?? {})) {
      const plain = field.endsWith('!') ? field.slice(0, -1) : field;
      if (plain !== field) required.push(plain);
      fields.set(plain, compileType(String(text), types));
    }
  }
  return types;
}

function compileType(text: string, types: ReadonlyMap<string, ObjectType>): FieldType {
  const inner = text.slice(1, -1);
  if (text.startsWith('[')) return { form: 'List', items: compileType(inner, types) };
  if (text.startsWith('{')) return { form: 'Map', values: compileType(inner, types) };
  return types.get(text) ?? (text as ValueType);
}

/** Returns one of {@link WORKLOAD_TYPES} that is known to be there. */
export function workloadType(name: string): ObjectType {
  const type = WORKLOAD_TYPES.get(name);
  if (type === undefined) throw new Error(`workload-types.json has no type ${name}`);
  return type;
}
