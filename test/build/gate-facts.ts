import { CLUSTER_FACTS } from '../../src/policy/gate/cluster-facts.ts';
import { GATE_FACTS, type GateFacts } from '../../src/policy/gate/gate-facts.ts';

/** Facts of the tenant `acme`, with one namespace and one target. */
export function buildGateFacts(changes: Partial<GateFacts> = {}): GateFacts {
  return {
    format: 1,
    tenant: 'acme',
    namespaces: ['acme-agents'],
    nodePorts: 'Refuse',
    targets: [{ name: 'outside', address: '1.1.1.1', port: 443, protocol: 'TCP' }],
    ...changes,
  };
}

/** The data of the ConfigMap that the operator writes; a text is written as it is. The cluster has these blocks of public addresses. */
export function buildGateData(
  facts: object | string,
  blocks: readonly string[] = [],
): Readonly<Record<string, string>> {
  return {
    [GATE_FACTS.key]: typeof facts === 'string' ? facts : JSON.stringify(facts),
    [CLUSTER_FACTS.key]: JSON.stringify({ format: CLUSTER_FACTS.format, blocks }),
  };
}
