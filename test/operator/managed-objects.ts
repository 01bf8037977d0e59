import type { ControlPlane } from '../testbed/control-plane.ts';
import { orThrow } from '../testbed/run-command.ts';

const KINDS =
  'configmap,networkpolicy,poddisruptionbudget,resourcequota,role,rolebinding,secret,service,serviceaccount,statefulset';

/** Kind and name of what Cloister manages in a namespace, sorted. */
export async function managedIn(controlPlane: ControlPlane, namespace: string): Promise<string[]> {
  const format = '{range .items[*]}{.kind}{" "}{.metadata.name}{"\\n"}{end}';
  const label = '-lapp.kubernetes.io/managed-by=cloister';
  const args = ['get', KINDS, '-n', namespace, label, '-o', `jsonpath=${format}`];
  const { stdout } = await orThrow(`what Cloister manages in ${namespace}`, controlPlane.kubectl(args));
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

/** What a tenant with a gateway, which may use one role, has in each enrolled namespace. */
export function inEnrolled(role: string): readonly string[] {
  return [
    'ConfigMap cloister-ca',
    'NetworkPolicy cloister-allow-gateway',
    'NetworkPolicy cloister-default-deny',
    'ResourceQuota cloister-quota',
    'RoleBinding cloister-gateway-pods',
    'RoleBinding cloister-operator-secrets',
    `Secret cloister-proxy-r-${role}`,
  ];
}

/** What it has in its system namespace, before it has sandboxes. */
export function inSystem(role: string): readonly string[] {
  return [
    `ConfigMap cloister-feed-role-${role}`,
    'ConfigMap cloister-feed-tenant',
    'ConfigMap cloister-gate',
    'NetworkPolicy cloister-gateway',
    'PodDisruptionBudget cloister-gateway',
    'ResourceQuota cloister-quota',
    'Role cloister-gateway-secrets',
    'RoleBinding cloister-gateway',
    'RoleBinding cloister-gateway-secrets',
    'RoleBinding cloister-operator-secrets',
    'Secret cloister-audit-key',
    'Secret cloister-gateway-authority',
    'Secret cloister-gateway-certificate',
    'Service cloister-gateway',
    'ServiceAccount cloister-gateway',
    'StatefulSet cloister-gateway',
  ];
}

/** What a tenant of the role `read-only` has. */
export const IN_ENROLLED = inEnrolled('read-only');
export const IN_SYSTEM = inSystem('read-only');
