import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { parseTime } from '../../lib/time.ts';
import type { KindFinding } from '../kinds/kind-finding.ts';

const LONGEST_SHADOW_DAYS = 14;
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

/** What the schema of TenantIsolation cannot see: other tenants, the list of checks, and the clock. */
export function judgeTenantIsolation(
  tenant: TenantIsolation,
  around: TenantSurroundings,
): readonly KindFinding[] {
  return [
    ...overlaps(tenant, around),
    ...tenant.spec.exemptions.flatMap((_, index) => judgeExemption(tenant, index, around)),
    ...judgeShadow(tenant, around),
  ];
}

function overlaps(tenant: TenantIsolation, { otherTenantsOf }: TenantSurroundings): readonly KindFinding[] {
  return tenant.spec.namespaces.flatMap(({ name }, index) => {
    const others = otherTenantsOf(name);
    if (others.length === 0) return [];
    return {
      field: `spec.namespaces[${index}].name`,
      found: `${name}, which tenant ${others.map((other) => `"${other}"`).join(', ')} lists`,
      required: 'a namespace that no other tenant lists',
      fix: 'Give each tenant namespaces of its own, or remove it from the other tenant first.',
    };
  });
}

function judgeExemption(
  tenant: TenantIsolation,
  index: number,
  around: TenantSurroundings,
): readonly KindFinding[] {
  const exemption = tenant.spec.exemptions[index];
  if (exemption === undefined) return [];
  const field = `spec.exemptions[${index}]`;
  const findings: KindFinding[] = exemption.checks
    .filter((check) => !around.exemptible.has(check))
    .map((check) => ({
      field: `${field}.checks`,
      found: check,
      required: `of ${[...around.exemptible].join(', ')}`,
      fix: 'Checks that Pod Security restricted makes too, and those that bind a pod to its role, cannot be lifted.',
    }));
  if (!tenant.spec.namespaces.some(({ name }) => name === exemption.namespace)) {
    findings.push({
      field: `${field}.namespace`,
      found: exemption.namespace,
      required: 'one of spec.namespaces',
      fix: 'Name a namespace of this tenant.',
    });
  }
  if (
    parseTime(exemption.expirationTime) <= around.now &&
    !hadExemption(around.before, exemption.expirationTime)
  ) {
    findings.push({
      field: `${field}.expirationTime`,
      found: exemption.expirationTime,
      required: 'a time to come',
      fix: 'Set when the exemption ends, or remove it.',
    });
  }
  return findings;
}

function hadExemption(before: TenantIsolation | null, expirationTime: string): boolean {
  return before?.spec.exemptions.some((exemption) => exemption.expirationTime === expirationTime) ?? false;
}

function judgeShadow({ spec, status }: TenantIsolation, { now }: TenantSurroundings): readonly KindFinding[] {
  if (spec.shadow === undefined) return [];
  const start = status?.shadow === undefined ? now : parseTime(status.shadow.startTime);
  if (parseTime(spec.shadow.untilTime) <= start + LONGEST_SHADOW_DAYS * DAY_MILLISECONDS) return [];
  return [
    {
      field: 'spec.shadow.untilTime',
      found: spec.shadow.untilTime,
      required: `at most ${LONGEST_SHADOW_DAYS} days after the shadow began`,
      fix: 'Set an earlier end; a rule that is never enforced is no rule.',
    },
  ];
}
