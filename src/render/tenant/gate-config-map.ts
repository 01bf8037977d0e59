import { systemNamespaceOf } from '../../api/names.ts';
import { GATE_FACTS, type GateFacts } from '../../policy/gate/gate-facts.ts';
import { GATEWAY_LABELS, type RenderedObject } from './rendered-object.ts';

/** What the operator tells the gateway for the start gates of the tenant's pods. */
export function gateConfigMap(facts: GateFacts): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: GATE_FACTS.configMap,
      namespace: systemNamespaceOf(facts.tenant),
      labels: GATEWAY_LABELS,
    },
    data: { [GATE_FACTS.key]: `${JSON.stringify(facts, null, 2)}\n` },
  };
}
