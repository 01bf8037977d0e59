import { GATEWAY, systemNamespaceOf } from '../../api/names.ts';
import { GATEWAY_LABELS, GATEWAY_SELECTOR, type RenderedObject } from './rendered-object.ts';

/** Where agents find the gateway. They know its addresses from their pod's hosts file, so it is never made again. */
export function gatewayService(tenant: string): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: GATEWAY.name, namespace: systemNamespaceOf(tenant), labels: GATEWAY_LABELS },
    spec: {
      type: 'ClusterIP',
      ipFamilyPolicy: 'PreferDualStack',
      selector: GATEWAY_SELECTOR,
      ports: [
        port('proxy', GATEWAY.proxyPort),
        port('api', GATEWAY.apiPort),
        port('canary', GATEWAY.canaryPort),
      ],
    },
  };
}

function port(name: string, number: number) {
  return { name, port: number, targetPort: number, protocol: 'TCP' };
}
