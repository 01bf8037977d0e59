import { GATEWAY, systemNamespaceOf } from '../../api/names.ts';
import { GATEWAY_LABELS, type RenderedObject } from './rendered-object.ts';

/** Whom the gateway acts as. Its pods say themselves that they take the token. */
export function gatewayServiceAccount(tenant: string): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: GATEWAY.name, namespace: systemNamespaceOf(tenant), labels: GATEWAY_LABELS },
    automountServiceAccountToken: false,
  };
}
