import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { resources } from '../../src/kube/resources.ts';

/** Has no rights but those that tests bind. */
export const GATEWAY_USER = 'nobody';

/** What a gateway may do with the objects of a kind in a namespace. */
export interface GatewayRight {
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Gives the user of a gateway a right in a namespace. */
export async function allowGateway(
  client: KubeClient,
  namespace: string,
  { resource, ...rule }: GatewayRight,
): Promise<void> {
  const metadata = { namespace, name: `gateway-${resource}` };
  const rules = [{ apiGroups: [''], resources: [resource], ...rule }];
  await client.create(resources.roles, { metadata, rules } as KubeObject);
  await client.create(resources.roleBindings, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: GATEWAY_USER }],
  } as KubeObject);
}
