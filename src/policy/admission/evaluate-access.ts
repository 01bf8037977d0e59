import { LABEL } from '../../api/names.ts';
import { show } from '../../lib/show.ts';
import { ALLOW, type Decision, decide } from '../decision.ts';
import type { Access, RolePolicy } from '../roles/role-policy.ts';
import type { Check } from './check.ts';

/** A request to reach into what runs: `kubectl exec`, `attach`, `port-forward`, and the proxies of pods and services. */
export interface AccessRequest {
  readonly resource: 'pods' | 'services';
  readonly subresource: 'exec' | 'attach' | 'portforward' | 'proxy';
  /** The pod's or the service's. */
  readonly name: string;
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
  summary: 'People reach into a running pod only in the ways that its role allows.',
  rationale:
    'Who may exec into an agent, or speak to a port of it, acts with its identity and its credentials, past its tools and their audit.',
  fields: ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy'],
  context: 'Tenant',
  upstream: null,
};

/**
 * Decides whether people may reach in. For a pod `roles` is the role of the running pod, null where it has none that
 * exists. A service may lead to any pod of its tenant, so there it is every role that the tenant allows. No role at all
 * is a deny.
 */
export function evaluateAccess(request: AccessRequest, roles: readonly (RolePolicy | null)[]): Decision {
  const needed = NEEDED[request.subresource];
  const against = roles.find((role) => role === null || !role.allowedAccess.has(needed));
  if (roles.length > 0 && against === undefined) return ALLOW;
  const place = against
    ? { item: `role "${against.name}"`, field: 'spec.sandbox.allowedAccess' }
    : { field: `metadata.labels[${LABEL.role}]` };
  const required =
    request.resource === 'services'
      ? `must have ${show(needed)} in every role that the tenant allows`
      : `must have ${show(needed)}`;
  return decide('AccessNotAllowed', [
    {
      check: ACCESS.name,
      container: null,
      ...place,
      found: against ? show([...against.allowedAccess]) : show(undefined),
      required: against ? required : `must name a role whose allowedAccess has ${show(needed)}`,
      fix: `Read the logs instead, or have ${show(needed)} added to sandbox.allowedAccess of the AgentRole.`,
    },
  ]);
}
