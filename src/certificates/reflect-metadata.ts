/**
 * @peculiar/x509 finds its algorithm providers through tsyringe, which wants the three functions of the metadata
 * proposal before it loads. Only constructors without parameters are registered there, so a plain table is enough and
 * the polyfill package is not needed. Imported for its effect, before @peculiar/x509.
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
