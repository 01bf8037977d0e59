import { GATEWAY, GATEWAY_SECRETS_ROLE, systemNamespaceOf } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

type Credentials = TenantIsolation['spec']['credentials'];

/** What the names of Cloister's own Secrets begin with. None of them is a credential of agents. */
const OWN = 'cloister-';

/**
 * Lets the gateway get the Secrets that its tenant binds, each by its name: not those of Cloister beside them. The operator
 * may write the Role because it holds the right itself in the namespace.
 */
export function gatewaySecretsRole(tenant: string, credentials: Credentials): readonly RenderedObject[] {
  const metadata = {
    name: GATEWAY_SECRETS_ROLE,
    namespace: systemNamespaceOf(tenant),
    labels: MANAGED_LABELS,
  };
  const names = credentials
    .flatMap(({ kubernetesSecret }) => kubernetesSecret?.name ?? [])
    .filter((name) => !name.startsWith(OWN));
  const resourceNames = [...new Set(names)].sort();
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      // A rule without names would be about every Secret.
      rules:
        resourceNames.length === 0
          ? []
          : [{ apiGroups: [''], resources: ['secrets'], resourceNames, verbs: ['get'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: GATEWAY_SECRETS_ROLE },
      subjects: [{ kind: 'ServiceAccount', name: GATEWAY.name, namespace: systemNamespaceOf(tenant) }],
    },
  ];
}
