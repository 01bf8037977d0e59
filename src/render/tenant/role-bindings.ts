import { CLUSTER_ROLE, GATEWAY, OPERATOR, SYSTEM_NAMESPACE, systemNamespaceOf } from '../../api/names.ts';
import { MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

const operator = { name: OPERATOR, namespace: SYSTEM_NAMESPACE };

/** Gives the operator the Secrets of one namespace of a tenant; it has those of no other. */
export function operatorSecretsBinding(namespace: string): RenderedObject {
  return binding(CLUSTER_ROLE.operatorSecrets, namespace, operator);
}

/** Lets the gateway read what the operator tells it. */
export function gatewayBinding(tenant: string): RenderedObject {
  const namespace = systemNamespaceOf(tenant);
  return binding(CLUSTER_ROLE.gateway, namespace, { name: GATEWAY.name, namespace });
}

/** Lets the gateway know the pods of an enrolled namespace by their addresses. */
export function gatewayPodsBinding(tenant: string, namespace: string): RenderedObject {
  return binding(CLUSTER_ROLE.gatewayPods, namespace, {
    name: GATEWAY.name,
    namespace: systemNamespaceOf(tenant),
  });
}

/** A RoleBinding of the ClusterRole's name. */
function binding(
  role: string,
  namespace: string,
  account: { readonly name: string; readonly namespace: string },
): RenderedObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: role, namespace, labels: MANAGED_LABELS },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  };
}
