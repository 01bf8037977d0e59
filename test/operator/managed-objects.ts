import type { ControlPlane } from '../testbed/control-plane.ts';
import { orThrow } from '../testbed/run-command.ts';

const KINDS =
  'configmap,networkpolicy,poddisruptionbudget,resourcequota,rolebinding,secret,service,serviceaccount,statefulset';

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

/** What a tenant with a gateway has in each enrolled namespace. */
export const IN_ENROLLED: readonly string[] = [
  'ConfigMap cloister-ca',
  'NetworkPolicy cloister-allow-gateway',
  'NetworkPolicy cloister-default-deny',
  'ResourceQuota cloister-quota',
  'RoleBinding cloister-gateway-pods',
  'RoleBinding cloister-operator-secrets',
  'Secret cloister-proxy-r-read-only',
];

/** What it has in its system namespace. */
export const IN_SYSTEM: readonly string[] = [
  'ConfigMap cloister-feed-role-read-only',
  'ConfigMap cloister-feed-tenant',
  'ConfigMap cloister-gate',
  'NetworkPolicy cloister-gateway',
  'PodDisruptionBudget cloister-gateway',
  'ResourceQuota cloister-quota',
  'RoleBinding cloister-gateway',
  'RoleBinding cloister-operator-secrets',
  'Secret cloister-gateway-authority',
  'Secret cloister-gateway-certificate',
  'Service cloister-gateway',
  'ServiceAccount cloister-gateway',
  'StatefulSet cloister-gateway',
];
