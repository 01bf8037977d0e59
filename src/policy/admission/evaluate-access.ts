import { GROUP, LABEL } from '../../api/names.ts';
import { show } from '../../lib/show.ts';
import { type Decision, decide, type Violation } from '../decision.ts';
import type { Access, RolePolicy } from '../roles/role-policy.ts';
import type { Check } from './check.ts';

/** A request to reach into what runs: `kubectl exec`, `attach`, `port-forward`, and the proxies of pods and services. */
export interface AccessRequest {
  readonly resource: 'pods' | 'services';
  readonly subresource: 'exec' | 'attach' | 'portforward' | 'proxy';
  /** The pod's or the service's. */
  readonly name: string;
  /** Who asks. `isOfTenant`: a ServiceAccount of an enrolled namespace. */
  readonly user: { readonly name: string; readonly isOfTenant: boolean };
}

const NEEDED: Readonly<Record<AccessRequest['subresource'], Access>> = {
  exec: 'Exec',
  attach: 'Attach',
  portforward: 'PortForward',
  proxy: 'Proxy',
};

/** What `cloister explain access` prints. It is no check of pods: CONNECT carries none. */
export const ACCESS: Pick<Check, 'name' | 'summary' | 'rationale' | 'fields' | 'context' | 'upstream'> = {
  name: 'access',
  summary:
    'People reach into a running pod only in the ways that its role allows, and only with the verb use on a role that the tenant still allows.',
  rationale:
    'Who may exec into an agent, or speak to a port of it, acts with its identity and its credentials, past its tools and their audit.',
  fields: ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy'],
  context: 'Tenant',
  upstream: null,
};

/** Whether the caller has the verb `use` on a role. `Unanswered`: the API server has not said. */
export type RoleUse = 'Allowed' | 'Denied' | 'Unanswered';

/** A role behind what is reached into, and what is known about it. */
export interface RoleAccess {
  /** As the label of the pod or the tenant names it. Null where the pod has no label or is not known. */
  readonly name: string | null;
  /** Null where no AgentRole has the name. */
  readonly role: RolePolicy | null;
  readonly isAllowedByTenant: boolean;
  readonly use: RoleUse;
}

/**
 * Decides whether a person may reach in. For a pod `roles` is the role of the running pod. A service may lead to any pod of
 * its tenant, so there it is every role that the tenant allows. No role at all is a deny. Each role must have the access,
 * the tenant must still allow it, and the caller must have the verb `use` on it.
 */
export function evaluateAccess(request: AccessRequest, roles: readonly RoleAccess[]): Decision {
  const needed = NEEDED[request.subresource];
  const violations = roles.flatMap((behind) => {
    if (behind.name === null || behind.role === null) return [withoutRole(behind.name, needed)];
    const { isAllowedByTenant, use } = behind;
    return [
      ...(behind.role.allowedAccess.has(needed) ? [] : [notAllowedByRole(behind.role, needed, request)]),
      ...(isAllowedByTenant ? [] : [notAllowedByTenant(behind.name)]),
      ...(use === 'Allowed' ? [] : [notUsed(behind.name, use, request.user.name)]),
    ];
  });
  if (request.user.isOfTenant) violations.push(byServiceAccount(request.user.name));
  return decide('AccessNotAllowed', roles.length === 0 ? [withoutRole(null, needed)] : violations);
}

const ABOUT = { check: ACCESS.name, container: null } as const;

function withoutRole(name: string | null, needed: Access): Violation {
  return {
    ...ABOUT,
    field: `metadata.labels[${LABEL.role}]`,
    found: show(name),
    required: `must name a role whose allowedAccess has ${show(needed)}`,
    fix: addAccess(needed),
  };
}

function notAllowedByRole(
  { name, allowedAccess }: RolePolicy,
  needed: Access,
  request: AccessRequest,
): Violation {
  const everywhere = request.resource === 'services' ? ' in every role that the tenant allows' : '';
  return {
    ...ABOUT,
    item: `role "${name}"`,
    field: 'spec.sandbox.allowedAccess',
    found: show([...allowedAccess]),
    required: `must have ${show(needed)}${everywhere}`,
    fix: addAccess(needed),
  };
}

function addAccess(needed: Access): string {
  return `Read the logs instead, or have ${show(needed)} added to sandbox.allowedAccess of the AgentRole.`;
}

function notAllowedByTenant(name: string): Violation {
  return {
    ...ABOUT,
    field: `metadata.labels[${LABEL.role}]`,
    found: show(name),
    required: 'must be a role that the tenant of the namespace allows now',
    fix: `Have "${name}" added to spec.roles.allowed of the TenantIsolation, or delete the pod.`,
  };
}

function notUsed(name: string, use: Exclude<RoleUse, 'Allowed'>, user: string): Violation {
  const resource = `agentroles.${GROUP}/${name}`;
  const isDenied = use === 'Denied';
  return {
    ...ABOUT,
    item: `user ${show(user)}`,
    field: `verb "use" on ${resource}`,
    found: isDenied
      ? 'not granted'
      : 'unknown, because the API server did not answer the SubjectAccessReview',
    required: 'must be granted to the user',
    fix: isDenied
      ? `Have the verb use on ${resource} bound to you.`
      : 'Try again; the log of the webhook has the cause.',
  };
}

function byServiceAccount(user: string): Violation {
  return {
    ...ABOUT,
    field: 'request.userInfo.username',
    found: show(user),
    required:
      'must not be a ServiceAccount of an enrolled namespace, because everybody with the ClusterRole edit can impersonate it',
    fix: 'Send the request as yourself.',
  };
}
