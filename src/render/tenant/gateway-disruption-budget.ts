import { GATEWAY, systemNamespaceOf } from '../../api/names.ts';
import { GATEWAY_LABELS, GATEWAY_SELECTOR, type RenderedObject } from './rendered-object.ts';

/** A drain takes one replica of the gateway at a time. */
export function gatewayDisruptionBudget(tenant: string): RenderedObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: GATEWAY.name, namespace: systemNamespaceOf(tenant), labels: GATEWAY_LABELS },
    spec: { maxUnavailable: 1, selector: { matchLabels: GATEWAY_SELECTOR } },
  };
}
