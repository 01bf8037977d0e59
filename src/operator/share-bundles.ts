import { CERTIFICATE_AUTHORITY } from '../api/names.ts';
import type { ObservedConfigMap } from './observed-objects.ts';

/** Above it, what is shared is forgotten: authorities are replaced, and their bundles are not to stay for ever. */
const MAX_SHARED = 256;

/**
 * Returns a function that has the ConfigMaps of one authority hold one text of its bundle. A bundle is 200 KiB, and each
 * enrolled namespace has one.
 */
export function createBundleSharing(): (configMap: ObservedConfigMap) => ObservedConfigMap {
  const bundles = new Map<string, string>();
  return (configMap) => {
    const { key, bundleKey } = CERTIFICATE_AUTHORITY;
    const authorities = configMap.data?.[key];
    const bundle = configMap.data?.[bundleKey];
    if (authorities === undefined || bundle === undefined) return configMap;
    const known = bundles.get(authorities);
    if (known === bundle) return { ...configMap, data: { ...configMap.data, [bundleKey]: known } };
    if (bundles.size >= MAX_SHARED) bundles.clear();
    bundles.set(authorities, bundle);
    return configMap;
  };
}
