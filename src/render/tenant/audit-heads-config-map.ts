import { AUDIT_HEADS, systemNamespaceOf } from '../../api/names.ts';
import { MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

/** What the operator registered of the epochs of a tenant's audit, as JSON. */
export function auditHeadsConfigMap(tenant: string, epochs: string): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: AUDIT_HEADS.configMap,
      namespace: systemNamespaceOf(tenant),
      labels: MANAGED_LABELS,
    },
    data: { [AUDIT_HEADS.key]: epochs },
  };
}
