import { systemNamespaceOf } from '../../api/names.ts';
import { CLUSTER_FACTS, type ClusterFacts } from '../../policy/gate/cluster-facts.ts';
import { GATE_FACTS, type GateFacts } from '../../policy/gate/gate-facts.ts';
import { SERVICE_FACTS, type ServiceFacts } from '../../policy/gate/service-facts.ts';
import { GATEWAY_LABELS, type RenderedObject } from './rendered-object.ts';

/**
 * What the operator tells the gateway for the start gates of the tenant's pods, and which addresses are the cluster's own; null
 * where that is not known, so that the gateway connects to nothing. Of Services it is told where the roles name some.
 */
export function gateConfigMap(
  facts: GateFacts,
  cluster: ClusterFacts | null,
  services: ServiceFacts | null,
): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: GATE_FACTS.configMap,
      namespace: systemNamespaceOf(facts.tenant),
      labels: GATEWAY_LABELS,
    },
    data: {
      [GATE_FACTS.key]: `${JSON.stringify(facts, null, 2)}\n`,
      ...(cluster === null ? {} : { [CLUSTER_FACTS.key]: `${JSON.stringify(cluster)}\n` }),
      ...(services === null ? {} : { [SERVICE_FACTS.key]: `${JSON.stringify(services)}\n` }),
    },
  };
}
