import { LABEL } from '../../api/names.ts';
import type { Check, Violation } from './check.ts';
import type { Access, RolePolicy } from '../roles/role-policy.ts';

/** A request to reach into what runs: `kubectl exec`, `attach`, `port-forward`, and the proxies of pods and services. */
export interface AccessRequest {
  readonly resource: 'pods' | 'services';
  readonly subresource: 'exec' | 'attach' | 'portforward' | 'proxy';
  /** The pod's or the service's. */
  readonly name: string;
}

const NO_VIOLATIONS: readonly Violation[] = Object.freeze([]);
const NEEDED: Readonly<Record<AccessRequest['subresource'], Access>> = {
  exec: 'Exec',
  attach: 'Attach',
  portforward: 'PortForward',
  proxy: 'Proxy',
};

/** What `cloister explain access` tells. It is no check of pods: it judges CONNECT, which carries none. */
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
 * Whether people may reach in. For a pod `roles` is the role of the running pod, null where it has none that exists. A
 * service may lead to any pod of its tenant, so there it is every role that the tenant allows. No role at all is a deny.
 */
export function decideAccess(
  request: AccessRequest,
  roles: readonly (RolePolicy | null)[],
): readonly Violation[] {
  const needed = NEEDED[request.subresource];
  const against = roles.find((role) => role === null || !role.allowedAccess.has(needed));
  if (roles.length > 0 && against === undefined) return NO_VIOLATIONS;
  const found = against ? [...against.allowedAccess].join(', ') || 'nothing' : 'no role';
  return [
    {
      check: ACCESS.name,
      container: null,
      field: against ? 'spec.sandbox.allowedAccess' : `metadata.labels[${LABEL.role}]`,
      found: against ? `${found}, in the role ${against.name}` : found,
      required:
        request.resource === 'services'
          ? `${needed} in every role that the tenant allows`
          : `a role whose allowedAccess has ${needed}`,
      fix: `Read the logs instead, or have ${needed} added to sandbox.allowedAccess of the AgentRole.`,
    },
  ];
}
