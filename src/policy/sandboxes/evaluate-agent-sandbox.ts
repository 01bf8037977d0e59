import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import { show } from '../../lib/show.ts';
import { matchesRepository, parseImage } from '../roles/image-pattern.ts';
import type { Finding } from '../decision.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import type { TenantPolicy } from '../tenants/tenant-policy.ts';
import { resolveRole } from './resolve-role.ts';

/** What is known beside a sandbox when it is written. */
export interface SandboxSurroundings {
  readonly namespace: string;
  readonly tenant: TenantPolicy | null;
  readonly role: RolePolicy | null;
}

/**
 * Evaluates what the schema of AgentSandbox cannot express: its tenant, and everything that is at most the role's.
 * A role that does not exist is no finding: sandbox and role may be applied in any order, and the pod waits.
 */
export function evaluateAgentSandbox(sandbox: AgentSandbox, around: SandboxSurroundings): readonly Finding[] {
  const resolution = resolveRole(sandbox, around.tenant);
  const { role } = around;
  if (resolution.state === 'NotEnrolled') return [notEnrolled(around.namespace)];
  if (resolution.state === 'NoDefaultRole') return [noRole(resolution.tenant)];
  if (resolution.state === 'RoleNotAllowed') return [notAllowed(resolution.name, resolution.tenant)];
  return role === null ? [] : [...evaluateLimits(sandbox, role), ...evaluateRest(sandbox, role)];
}

function evaluateLimits({ spec }: AgentSandbox, role: RolePolicy): readonly Finding[] {
  return (['limits', 'requests'] as const).flatMap((kind) =>
    Object.entries(spec.resources[kind]).flatMap(([resource, amount]) => {
      if (amount === undefined) return [];
      const asked = parseQuantity(amount);
      // A resource that the role does not list is not granted.
      const granted = role.limits.get(resource) ?? 0n;
      if (asked !== null && asked <= granted) return [];
      const limit = role.limitTexts.get(resource) ?? '0';
      return [atMost(`spec.resources.${kind}.${resource}`, String(amount), limit, role)];
    }),
  );
}

function evaluateRest({ spec }: AgentSandbox, role: RolePolicy): readonly Finding[] {
  const findings: Finding[] = [];
  if (spec.lifetimeSeconds !== undefined && spec.lifetimeSeconds > role.maxLifetimeSeconds) {
    findings.push(atMost('spec.lifetimeSeconds', spec.lifetimeSeconds, role.maxLifetimeSeconds, role));
  }
  for (const [index, port] of spec.ports.entries()) {
    if (role.ingress.has(port)) continue;
    findings.push({
      field: `spec.ports[${index}]`,
      found: String(port),
      required: `must be an ingress port of role "${role.name}" (${list(role.ingress.keys())})`,
      fix: 'Remove it, or have it added to network.ingress of the role.',
    });
  }
  return [...findings, ...evaluateImage(spec.image, role)];
}

function evaluateImage(text: string, role: RolePolicy): readonly Finding[] {
  const image = parseImage(text);
  const pattern =
    image === null ? undefined : role.images.find((one) => matchesRepository(one, image.repository));
  const at = { field: 'spec.image', found: show(text) };
  if (image === null || pattern === undefined) {
    const required = `must be an image from ${list(role.images.map((one) => one.text))}`;
    const fix = `Use an image that role "${role.name}" allows, or have the repository added to it.`;
    return [{ ...at, required, fix }];
  }
  if (!pattern.digestRequired || image.digest !== null) return [];
  const fix = 'Name the image by digest: a tag can be moved to another image.';
  return [{ ...at, required: 'must be repository@sha256:digest', fix }];
}

function atMost(
  field: string,
  found: string | number,
  limit: string | number,
  { name }: RolePolicy,
): Finding {
  const required = `must be at most ${show(limit)}, the limit of role "${name}"`;
  return { field, found: show(found), required, fix: 'Lower it.' };
}

function notEnrolled(namespace: string): Finding {
  const fix = 'Have the platform team list the namespace in spec.namespaces of a TenantIsolation.';
  return {
    field: 'metadata.namespace',
    found: show(namespace),
    required: 'must be a namespace of a TenantIsolation',
    fix,
  };
}

function noRole({ name, allowedRoles }: TenantPolicy): Finding {
  const required = `must name one of ${list(allowedRoles)}`;
  const fix = `Name a role: tenant "${name}" has no default role.`;
  return { field: 'spec.roleRef', found: show(undefined), required, fix };
}

function notAllowed(role: string, { name, allowedRoles }: TenantPolicy): Finding {
  const required = `must be one of ${list(allowedRoles)}`;
  const fix = `Name a role that tenant "${name}" allows, or have it added to the tenant's roles.allowed.`;
  return { field: 'spec.roleRef.name', found: show(role), required, fix };
}

function list(values: Iterable<string | number>): string {
  return [...values].map(show).join(', ') || 'none';
}
