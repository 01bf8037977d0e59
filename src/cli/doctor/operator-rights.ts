import { CLUSTER_ROLE, OPERATOR, SYSTEM_NAMESPACE, TOKEN_REVIEWERS, WEBHOOK } from '../../api/names.ts';
import type { KubeResource } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';

/** A right of the operator, as a SubjectAccessReview asks for it. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

const WATCHED = ['list', 'watch'];
const WRITTEN = [...WATCHED, 'create', 'patch'];
const OWNED = [...WRITTEN, 'delete'];

/** Workloads from before enrolment, which it judges. */
const JUDGED = [
  resources.replicationControllers,
  resources.daemonSets,
  resources.deployments,
  resources.replicaSets,
  resources.cronJobs,
  resources.jobs,
];

/** What the operator asks of the API server in every installation. Its rights to Secrets it gives itself, tenant by tenant. */
export const OPERATOR_RIGHTS: readonly Right[] = [
  ...rights(resources.agentRoles, WATCHED),
  ...rights(resources.agentSandboxes, WATCHED),
  ...rights(resources.tenantIsolations, WATCHED),
  ...rights(resources.agentQuarantines, [...WATCHED, 'create']),
  ...rights(resources.agentSandboxes, ['delete', 'patch']),
  ...rights(resources.agentQuarantines, ['patch'], { subresource: 'status' }),
  ...rights(resources.agentRoles, ['patch'], { subresource: 'status' }),
  ...rights(resources.agentSandboxes, ['patch'], { subresource: 'status' }),
  ...rights(resources.tenantIsolations, ['patch'], { subresource: 'status' }),
  ...rights(resources.namespaces, OWNED),
  ...rights(resources.pods, [...WATCHED, 'get', 'create', 'patch', 'delete']),
  ...rights(resources.serviceAccounts, OWNED),
  ...rights(resources.networkPolicies, OWNED),
  ...rights(resources.configMaps, OWNED),
  ...rights(resources.roleBindings, OWNED),
  ...rights(resources.roles, WRITTEN),
  ...rights(resources.services, WRITTEN),
  ...rights(resources.statefulSets, WRITTEN),
  ...rights(resources.podDisruptionBudgets, WRITTEN),
  ...rights(resources.nodes, WATCHED),
  ...rights(resources.endpointSlices, WATCHED),
  ...rights(resources.serviceCIDRs, ['list']),
  ...rights(resources.resourceQuotas, OWNED),
  ...JUDGED.flatMap((resource) => rights(resource, ['list'])),
  ...rights(resources.pods, ['create'], { subresource: 'eviction' }),
  ...[...Object.values(CLUSTER_ROLE), TOKEN_REVIEWERS].flatMap((name) =>
    rights(resources.clusterRoles, ['bind'], { name }),
  ),
  ...rights(resources.clusterRoleBindings, [...WATCHED, 'patch'], { name: TOKEN_REVIEWERS }),
  ...rights(resources.events, ['create', 'patch']),
  ...rights(resources.leases, ['create'], { namespace: SYSTEM_NAMESPACE }),
  ...rights(resources.leases, ['get', 'update'], { namespace: SYSTEM_NAMESPACE, name: OPERATOR }),
  ...rights(resources.services, ['get'], { namespace: SYSTEM_NAMESPACE, name: WEBHOOK }),
  ...rights(resources.endpointSlices, ['get'], { namespace: 'default', name: 'kubernetes' }),
  ...rights(resources.deployments, ['get', 'delete'], { namespace: SYSTEM_NAMESPACE, name: OPERATOR }),
];

/** Names a right for a person: `patch agentsandboxes.cloister.dev/status`. */
export function describeRight({ verb, group, resource, subresource, namespace, name }: Right): string {
  const kind = `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  const object = name === undefined ? '' : ` ${name}`;
  return `${verb} ${kind}${object}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

function rights(
  { group, plural }: KubeResource,
  verbs: readonly string[],
  target: Pick<Right, 'subresource' | 'namespace' | 'name'> = {},
): readonly Right[] {
  return verbs.map((verb) => ({ verb, group, resource: plural, ...target }));
}
