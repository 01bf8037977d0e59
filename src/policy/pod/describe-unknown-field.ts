import { nearestName } from '../../lib/nearest-name.ts';
import { type FieldPath, fieldPath } from './field-path.ts';
import { type FieldType, type ObjectType, WORKLOAD_TYPES } from './workload-types.ts';

/** The type that a manifest or a part of it has, and the path to it. */
export interface Root {
  readonly type: ObjectType;
  readonly path: FieldPath;
}

/** How many types may have a field of one name (`name`, `path`) for its place to say anything. */
const MAX_TYPES_WITH_NAME = 5;

/** Returns the field of the type that a name most likely means, whatever the case of its letters; null if none is near. */
export function similarField(name: string, { fields }: ObjectType): string | null {
  const names = [...fields.keys()];
  return sameLetters(name, names) ?? nearestName(name, names);
}

/**
 * Says what is wrong with the last member of a path, which is no field of the type at its place, and what was likely
 * meant: a field of nearly that name, or one that belongs elsewhere in the same object.
 */
export function describeUnknownField(path: FieldPath, type: ObjectType, root: Root): string {
  const name = String(path.at(-1));
  const subject = `${fieldPath(path)} is not a field of ${type.name}`;
  const isMiscased = sameLetters(name, [...type.fields.keys()]) !== null;
  const place = isMiscased ? null : findPlace(name, path.slice(0, -1), type, root);
  if (place !== null) return `${subject}; it belongs to ${place}. Move it there`;
  const near = similarField(name, type);
  return near === null ? `${subject}. ${adviseElsewhere(name, root)}` : `${subject}; did you mean ${near}?`;
}

function sameLetters(name: string, names: readonly string[]): string | null {
  return names.find((one) => one.toLowerCase() === name.toLowerCase()) ?? null;
}

function adviseElsewhere(name: string, root: Root): string {
  const near = nearestName(name, [...new Set(allTypes().flatMap(({ fields }) => [...fields.keys()]))]);
  const place = near === null ? null : findBelow(near, root);
  return place === null ? 'Remove it' : `Did you mean ${near}, which belongs to ${place}?`;
}

/** Where a field of this name belongs: just below its place, or else anywhere from the root. Null where that says nothing. */
function findPlace(name: string, path: FieldPath, type: ObjectType, root: Root): string | null {
  for (const [member, field] of type.fields) {
    const inner = objectOf(field);
    if (inner?.fields.has(name) === true && inner === field) return fieldPath([...path, member]);
  }
  return findBelow(name, root);
}

interface Place {
  readonly type: ObjectType;
  readonly text: string;
}

/** The nearest object below the root that has a field of this name: `spec.containers[*].securityContext`. */
function findBelow(name: string, root: Root): string | null {
  const holders = allTypes().filter(({ fields }) => fields.has(name));
  if (holders.length === 0 || holders.length > MAX_TYPES_WITH_NAME) return null;
  const seen = new Set<ObjectType>([root.type]);
  const places: Place[] = [{ type: root.type, text: fieldPath(root.path) }];
  for (const { type, text } of places) {
    if (type.fields.has(name)) return text === '' ? 'the top level' : text;
    for (const [member, field] of inOrder(type)) {
      const inner = objectOf(field);
      if (inner === null || seen.has(inner)) continue;
      seen.add(inner);
      const step = `${text === '' ? '' : `${text}.`}${member}`;
      places.push({ type: inner, text: inner === field ? step : `${step}[*]` });
    }
  }
  return null;
}

/** The fields of a type, containers first: what most misplaced fields belong to. */
function inOrder({ fields }: ObjectType): readonly (readonly [string, FieldType])[] {
  const containers = fields.get('containers');
  return containers === undefined ? [...fields] : [['containers', containers], ...fields];
}

function objectOf(type: FieldType): ObjectType | null {
  if (typeof type === 'string' || type.form === 'Map') return null;
  return type.form === 'Object' ? type : objectOf(type.items);
}

function allTypes(): readonly ObjectType[] {
  return [...WORKLOAD_TYPES.values()];
}
