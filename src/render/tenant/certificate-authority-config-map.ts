import { CERTIFICATE_AUTHORITY } from '../../api/names.ts';
import { MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

/** What the pods of an enrolled namespace trust when they call the gateway: `bundle` has certificates in PEM. */
export function certificateAuthorityConfigMap(namespace: string, bundle: string): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CERTIFICATE_AUTHORITY.configMap, namespace, labels: MANAGED_LABELS },
    data: { [CERTIFICATE_AUTHORITY.key]: bundle },
  };
}
