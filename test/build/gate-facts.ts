import type { GateFacts } from '../../src/policy/gate/gate-facts.ts';

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
