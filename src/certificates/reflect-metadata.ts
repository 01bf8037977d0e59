/**
 * @peculiar/x509 finds its algorithm providers through tsyringe, which needs three functions of the metadata proposal when it
 * is loaded. It registers only constructors without parameters, so this table replaces the polyfill package. It is a module
 * of its own because it must be evaluated before @peculiar/x509.
 */
const metadata = new WeakMap<object, Map<unknown, unknown>>();

function read(key: unknown, target: object): unknown {
  return metadata.get(target)?.get(key);
}

function write(key: unknown, value: unknown, target: object): void {
  const entries = metadata.get(target) ?? new Map<unknown, unknown>();
  metadata.set(target, entries.set(key, value));
}

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { getMetadata: read, getOwnMetadata: read, defineMetadata: write });
}
