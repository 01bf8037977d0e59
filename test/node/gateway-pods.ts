import { systemNamespaceOf } from '../../src/api/names.ts';
import { GATEWAY_SELECTOR } from '../../src/render/tenant/rendered-object.ts';
import type { StartedNode } from '../testbed/node/start-node.ts';
import { orThrow } from '../testbed/run-command.ts';

/** A replica of a tenant's gateway, as far as it is looked at. */
export interface GatewayPod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly dnsPolicy: string };
  readonly status: {
    readonly podIP?: string;
    readonly containerStatuses?: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
}

/** The replicas of a tenant's gateway that are there. */
export async function gatewayPods(node: StartedNode, tenant: string): Promise<readonly GatewayPod[]> {
  const selector = Object.entries(GATEWAY_SELECTOR).map(([label, value]) => `${label}=${value}`);
  const get = ['get', 'pods', `--namespace=${systemNamespaceOf(tenant)}`, `--selector=${selector.join(',')}`];
  const { stdout } = await orThrow('the gateway', node.kubectl([...get, '--output=json']));
  return (JSON.parse(stdout) as { items: readonly GatewayPod[] }).items;
}
