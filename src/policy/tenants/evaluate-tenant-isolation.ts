import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { parseTime } from '../../lib/time.ts';
import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';

const MAX_SHADOW_DAYS = 14;
const DAY_MILLISECONDS = 86_400_000;

/** What is known beside a tenant when it is written. */
export interface TenantSurroundings {
  /** Tenants, other than the one that is written, that list the namespace. */
  readonly otherTenantsOf: (namespace: string) => readonly string[];
  /** Checks that an exemption may name. */
  readonly exemptible: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The tenant as it was; an exemption that has ended since may stay, or the tenant could not be changed at all. */
  readonly before: TenantIsolation | null;
}

/** Evaluates what the schema of TenantIsolation cannot express: other tenants, the list of checks, and the clock. */
export function evaluateTenantIsolation(
  tenant: TenantIsolation,
  around: TenantSurroundings,
): readonly Finding[] {
  return [
    ...overlaps(tenant, around),
    ...tenant.spec.exemptions.flatMap((_, index) => evaluateExemption(tenant, index, around)),
    ...evaluateShadow(tenant, around),
  ];
}

function overlaps(tenant: TenantIsolation, { otherTenantsOf }: TenantSurroundings): readonly Finding[] {
  return tenant.spec.namespaces.flatMap(({ name }, index) => {
    const others = otherTenantsOf(name);
    if (others.length === 0) return [];
    return {
      field: `spec.namespaces[${index}].name`,
      found: show(name),
      required: `must not be listed by another tenant, and ${others.map(show).join(', ')} lists it`,
      fix: 'Give each tenant namespaces of its own, or remove this one from the other tenant first.',
    };
  });
}

function evaluateExemption(
  tenant: TenantIsolation,
  index: number,
  around: TenantSurroundings,
): readonly Finding[] {
  const exemption = tenant.spec.exemptions[index];
  if (exemption === undefined) return [];
  const field = `spec.exemptions[${index}]`;
  const findings: Finding[] = exemption.checks
    .filter((check) => !around.exemptible.has(check))
    .map((check) => ({
      field: `${field}.checks`,
      found: show(check),
      required: `must be of ${[...around.exemptible].join(', ')}`,
      fix: 'Remove it: checks of Pod Security restricted, and those that bind a pod to its role, have no exemptions.',
    }));
  if (!tenant.spec.namespaces.some(({ name }) => name === exemption.namespace)) {
    findings.push({
      field: `${field}.namespace`,
      found: show(exemption.namespace),
      required: 'must be one of spec.namespaces',
      fix: 'Name a namespace of this tenant.',
    });
  }
  if (
    parseTime(exemption.expirationTime) <= around.now &&
    !hadExemption(around.before, exemption.expirationTime)
  ) {
    findings.push({
      field: `${field}.expirationTime`,
      found: show(exemption.expirationTime),
      required: 'must be in the future',
      fix: 'Set the time at which the exemption ends, or remove the exemption.',
    });
  }
  return findings;
}

function hadExemption(before: TenantIsolation | null, expirationTime: string): boolean {
  return before?.spec.exemptions.some((exemption) => exemption.expirationTime === expirationTime) ?? false;
}

function evaluateShadow({ spec, status }: TenantIsolation, { now }: TenantSurroundings): readonly Finding[] {
  if (spec.shadow === undefined) return [];
  const start = status?.shadow === undefined ? now : parseTime(status.shadow.startTime);
  if (parseTime(spec.shadow.untilTime) <= start + MAX_SHADOW_DAYS * DAY_MILLISECONDS) return [];
  return [
    {
      field: 'spec.shadow.untilTime',
      found: show(spec.shadow.untilTime),
      required: `must be at most ${MAX_SHADOW_DAYS} days after the shadow began`,
      fix: 'Set an earlier time: a rule in shadow is recorded and not enforced.',
    },
  ];
}
