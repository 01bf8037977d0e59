interface Json {
  [key: string]: unknown;
}

const isContainer = (value: unknown): value is Json => typeof value === 'object' && value !== null;

const change = (target: Json, pointer: string, value: unknown): void => {
  const keys = pointer.split('/').slice(1);
  const last = keys.pop();
  if (last === undefined) throw new Error(`${pointer} names no field`);
  const parent = keys.reduce((node: Json, key) => {
    node[key] ??= {};
    const child = node[key];
    if (!isContainer(child)) throw new Error(`${pointer}: ${key} is not an object or a list`);
    return child;
  }, target);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
};

/** A deep copy with the values at some JSON Pointers set, objects on the way made, or removed where the value is undefined. */
export const changedObject = (base: object, changes: Readonly<Record<string, unknown>>): Json => {
  const copy = structuredClone(base) as Json;
  for (const [pointer, value] of Object.entries(changes)) change(copy, pointer, value);
  return copy;
};
