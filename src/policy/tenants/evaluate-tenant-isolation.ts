import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { show } from '../../lib/show.ts';
import { formatTime, parseTime } from '../../lib/time.ts';
import type { Finding } from '../decision.ts';

const MAX_SHADOW_DAYS = 14;
const MAX_SHADOW_MILLISECONDS = MAX_SHADOW_DAYS * 86_400_000;

type Exemption = TenantIsolation['spec']['exemptions'][number];

/** What is known beside a tenant when it is written. */
export interface TenantSurroundings {
  /** Tenants, other than the one that is written, that list the namespace. */
  readonly otherTenantsOf: (namespace: string) => readonly string[];
  /** Checks that an exemption may name. */
  readonly exemptible: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The tenant as it was, with its status; null where it is new. */
  readonly before: TenantIsolation | null;
}

/** Evaluates what the schema of TenantIsolation cannot express: other tenants, the list of checks, and the clock. */
export function evaluateTenantIsolation(
  tenant: TenantIsolation,
  around: TenantSurroundings,
): readonly Finding[] {
  return [
    ...overlaps(tenant, around),
    ...tenant.spec.exemptions.flatMap((exemption, index) =>
      evaluateExemption(exemption, `spec.exemptions[${index}]`, around),
    ),
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
  exemption: Exemption,
  field: string,
  { exemptible, before, now }: TenantSurroundings,
): readonly Finding[] {
  const findings: Finding[] = exemption.checks
    .filter((check) => !exemptible.has(check))
    .map((check) => ({
      field: `${field}.checks`,
      found: show(check),
      required: `must be of ${[...exemptible].join(', ')}`,
      fix: 'Remove it: checks of Pod Security restricted, and those that bind a pod to its role, have no exemptions.',
    }));
  // One that has ended may stay as it is, or the tenant could not be changed at all.
  const isKept = before?.spec.exemptions.some((earlier) => isDeepEqualJson(earlier, exemption)) ?? false;
  if (parseTime(exemption.expirationTime) > now || isKept) return findings;
  const ended: Finding = {
    field: `${field}.expirationTime`,
    found: show(exemption.expirationTime),
    required: 'must be in the future',
    fix: 'Set the time at which the exemption ends, or remove the exemption.',
  };
  return [...findings, ended];
}

/**
 * A shadow ends at most 14 days after the start that the operator recorded, also where it was removed and set again since.
 * Until the start is recorded, its end cannot be moved to a later time.
 */
function evaluateShadow({ spec }: TenantIsolation, { before, now }: TenantSurroundings): readonly Finding[] {
  if (spec.shadow === undefined) return [];
  const start = before?.status?.shadow?.startTime;
  const earlier = start === undefined ? before?.spec.shadow?.untilTime : undefined;
  const latest = Math.min(
    // A recorded time that cannot be read lets nothing be prolonged.
    (start === undefined ? now : parseTime(start) || 0) + MAX_SHADOW_MILLISECONDS,
    earlier === undefined ? Infinity : parseTime(earlier) || 0,
  );
  if (parseTime(spec.shadow.untilTime) <= latest) return [];
  return [
    {
      field: 'spec.shadow.untilTime',
      found: show(spec.shadow.untilTime),
      required: `must be at most ${formatTime(latest)}: a shadow ends at most ${MAX_SHADOW_DAYS} days after it began`,
      fix: 'Set an earlier time, or remove spec.shadow: a rule in shadow is recorded and not enforced.',
    },
  ];
}
