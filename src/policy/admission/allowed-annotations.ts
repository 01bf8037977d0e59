import { ANNOTATION } from '../../api/names.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import type { TenantPolicy } from '../tenants/tenant-policy.ts';

/** Prefixes of annotations that no program on a node obeys. The check `apparmor` evaluates the values of the last one. */
const HARMLESS_PREFIXES = [
  // Read by kubectl alone.
  'kubectl.kubernetes.io/',
  // Set and read by the Job controller.
  'batch.kubernetes.io/',
  'container.apparmor.security.beta.kubernetes.io/',
];

/**
 * Annotations of https://kubernetes.io/docs/reference/labels-annotations-taints/ that only inform, or that only decide which
 * pod a controller ends first, and the marks by which Prometheus finds its targets. `kubernetes.io/config.*` is not among
 * them, because a kubelet does not run a pod with `config.mirror`.
 */
const HARMLESS_KEYS = [
  'kubernetes.io/change-cause',
  'kubernetes.io/description',
  'kubernetes.io/limit-ranger',
  'controller.kubernetes.io/pod-deletion-cost',
  'cluster-autoscaler.kubernetes.io/safe-to-evict',
  'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes',
  'prometheus.io/scrape',
  'prometheus.io/port',
  'prometheus.io/path',
  'prometheus.io/scheme',
];

const KEYS: ReadonlySet<string> = new Set(HARMLESS_KEYS);

/** Whether every pod may carry the annotation. */
export function isHarmlessAnnotation(key: string): boolean {
  return KEYS.has(key) || HARMLESS_PREFIXES.some((prefix) => key.startsWith(prefix));
}

/** The same of `key` in CEL. */
export const IS_HARMLESS_ANNOTATION = [
  ...HARMLESS_PREFIXES.map((prefix) => `key.startsWith('${prefix}')`),
  `key in [${HARMLESS_KEYS.map((key) => `'${key}'`).join(', ')}]`,
].join(' || ');

/** Whether one of the entries that a role lists, a whole key or a prefix that ends in a slash, covers the annotation. */
export function isListedAnnotation(key: string, entries: readonly string[]): boolean {
  return entries.some((entry) => key === entry || (entry.endsWith('/') && key.startsWith(entry)));
}

/**
 * The annotation by which the API server itself, which can look up no AgentRole, knows what roles of a namespace's tenant
 * let pods carry: all their entries, with commas between. Empty where they list none.
 */
export function listedAnnotations(
  { allowedRoles }: TenantPolicy,
  roles: ReadonlyMap<string, Pick<RolePolicy, 'annotations'>>,
): string {
  const entries = [...allowedRoles].flatMap((name) => roles.get(name)?.annotations ?? []);
  return [...new Set(entries)].sort().join(',');
}

/** CEL that gives those entries. */
export const LISTED_ANNOTATIONS = `namespaceObject.metadata.?annotations[?'${ANNOTATION.annotations}'].orValue('').split(',')`;

/** The same as {@link isListedAnnotation} of `key` in CEL, where `entries` are known. */
export const IS_LISTED_ANNOTATION =
  "entries.exists(entry, key == entry || (entry.endsWith('/') && key.startsWith(entry)))";

/** ServiceAccounts of the cluster's own programs. CNI controllers among them annotate running pods. */
const CLUSTER_PROGRAMS = 'system:serviceaccount:kube-system:';

/** Whether a ServiceAccount of `kube-system` asks, which no tenant can be or impersonate. */
export function isClusterProgram(user: { readonly name: string } | null): boolean {
  return user?.name.startsWith(CLUSTER_PROGRAMS) === true;
}

/** The same in CEL. */
export const IS_CLUSTER_PROGRAM = `request.userInfo.username.startsWith('${CLUSTER_PROGRAMS}')`;
