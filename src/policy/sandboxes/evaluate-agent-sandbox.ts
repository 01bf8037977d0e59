import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import { matchesRepository, parseImage } from '../roles/image-pattern.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import type { TenantPolicy } from '../tenants/tenant-policy.ts';
import type { KindFinding } from '../kinds/kind-finding.ts';

/** What is known beside a sandbox when it is written. */
export interface SandboxSurroundings {
  readonly namespace: string;
  readonly tenant: TenantPolicy | null;
  readonly role: RolePolicy | null;
}

/**
 * What the schema of AgentSandbox cannot see: its tenant, and everything that is at most the role's.
 * A role that does not exist is no finding: sandbox and role may be applied in any order, and the pod waits.
 */
export function judgeAgentSandbox(
  sandbox: AgentSandbox,
  around: SandboxSurroundings,
): readonly KindFinding[] {
  const { tenant, role } = around;
  if (tenant === null) return [notEnrolled(around.namespace)];
  const name = sandbox.spec.roleRef?.name ?? tenant.defaultRole;
  if (name === null) return [noRole(tenant)];
  if (!tenant.allowedRoles.has(name)) return [notAllowed(name, tenant)];
  return role === null ? [] : [...judgeLimits(sandbox, role), ...judgeRest(sandbox, role)];
}

function judgeLimits({ spec }: AgentSandbox, role: RolePolicy): readonly KindFinding[] {
  return (['limits', 'requests'] as const).flatMap((kind) =>
    Object.entries(spec.resources[kind]).flatMap(([resource, amount]) => {
      const asked = amount === undefined ? null : parseQuantity(amount);
      const most = role.limits.get(resource);
      if (asked === null || (most !== undefined && asked <= most)) return [];
      return [
        atMost(
          `spec.resources.${kind}.${resource}`,
          String(amount),
          role.limitTexts.get(resource) ?? '0',
          role,
        ),
      ];
    }),
  );
}

function judgeRest({ spec }: AgentSandbox, role: RolePolicy): readonly KindFinding[] {
  const findings: KindFinding[] = [];
  if (spec.lifetimeSeconds !== undefined && spec.lifetimeSeconds > role.maxLifetimeSeconds) {
    findings.push(
      atMost('spec.lifetimeSeconds', String(spec.lifetimeSeconds), String(role.maxLifetimeSeconds), role),
    );
  }
  for (const [index, port] of spec.ports.entries()) {
    if (role.ingressPorts.has(port)) continue;
    const required = `one of the role's ingress ports (${[...role.ingressPorts].join(', ') || 'none'})`;
    const fix = `Remove it, or have it added to network.ingress of role "${role.name}".`;
    findings.push({ field: `spec.ports[${index}]`, found: String(port), required, fix });
  }
  return [...findings, ...judgeImage(spec.image, role)];
}

function judgeImage(text: string, role: RolePolicy): readonly KindFinding[] {
  const image = parseImage(text);
  const pattern =
    image === null ? undefined : role.images.find((one) => matchesRepository(one, image.repository));
  const allowed = role.images.map((one) => one.text).join(', ') || 'none';
  if (image === null || pattern === undefined) {
    const fix = `Use an image of role "${role.name}", or have the repository added to it.`;
    return [{ field: 'spec.image', found: text, required: `an image from ${allowed}`, fix }];
  }
  if (!pattern.digestRequired || image.digest !== null) return [];
  const fix = 'Name the image by digest: a tag can be moved to another image.';
  return [{ field: 'spec.image', found: text, required: 'repository@sha256:digest', fix }];
}

function atMost(field: string, found: string, most: string, role: RolePolicy): KindFinding {
  return { field, found, required: `at most ${most}, as role "${role.name}" says`, fix: 'Ask for less.' };
}

function notEnrolled(namespace: string): KindFinding {
  const fix = 'Have the platform team list the namespace in spec.namespaces of a TenantIsolation.';
  return { field: 'metadata.namespace', found: namespace, required: 'a namespace of a tenant', fix };
}

function noRole(tenant: TenantPolicy): KindFinding {
  const required = `one of ${[...tenant.allowedRoles].join(', ') || 'none'}`;
  const fix = `Name a role: tenant "${tenant.name}" has no default.`;
  return { field: 'spec.roleRef', found: 'nothing', required, fix };
}

function notAllowed(name: string, tenant: TenantPolicy): KindFinding {
  const required = `one of ${[...tenant.allowedRoles].join(', ') || 'none'}`;
  const fix = `Name a role that tenant "${tenant.name}" allows, or have it added to roles.allowed.`;
  return { field: 'spec.roleRef.name', found: name, required, fix };
}
