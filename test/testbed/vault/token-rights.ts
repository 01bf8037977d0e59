import { GATEWAY, systemNamespaceOf } from '../../../src/api/names.ts';

/**
 * A Role for each namespace that lets the gateway of a tenant ask for tokens of ServiceAccounts there: what it gets all the
 * same, the policies decide.
 */
export function tokenRights(tenant: string, namespaces = [systemNamespaceOf(tenant)]): readonly object[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const rules = [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }];
  const subjects = [{ kind: 'ServiceAccount', name: GATEWAY.name, namespace: systemNamespaceOf(tenant) }];
  return namespaces.flatMap((namespace) => {
    const metadata = { name: 'tokens', namespace };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name };
    return [
      { apiVersion, kind: 'Role', metadata, rules },
      { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects },
    ];
  });
}
