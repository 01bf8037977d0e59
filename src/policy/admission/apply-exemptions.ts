import type { Violation } from '../decision.ts';
import { parseImage } from '../roles/image-pattern.ts';
import type { PodSubject } from '../pod/pod-subject.ts';
import type { Exemption } from '../tenants/tenant-policy.ts';

/** What is left of the violations once the tenant's exemptions are counted, and the reasons that were used. */
export interface ExemptedViolations {
  readonly violations: readonly Violation[];
  /** Reasons of the exemptions that took something away, for the audit annotation; empty where none did. */
  readonly reasons: readonly string[];
}

/**
 * Takes away what the tenant's exemptions allow. An exemption holds for one ServiceAccount of one namespace, only
 * while every image of the pod is one of its digests, only for checks outside Pod Security `restricted`
 * (`exemptible`), and only before its end.
 */
export function applyExemptions(
  violations: readonly Violation[],
  subject: PodSubject,
  given: {
    exemptions: readonly Exemption[];
    namespace: string;
    exemptible: ReadonlySet<string>;
    now: number;
  },
): ExemptedViolations {
  const valid = given.exemptions.filter(
    (exemption) =>
      given.now < exemption.expirationTime &&
      exemption.namespace === given.namespace &&
      exemption.serviceAccount === subject.spec.serviceAccountName &&
      runsOnly(subject, exemption.images),
  );
  if (valid.length === 0 || violations.length === 0) return { violations, reasons: [] };
  const used = new Set<string>();
  const left = violations.filter(({ check }) => {
    const exemption = given.exemptible.has(check) ? valid.find(({ checks }) => checks.has(check)) : undefined;
    if (exemption !== undefined) used.add(exemption.reason);
    return exemption === undefined;
  });
  return { violations: left, reasons: [...used] };
}

function runsOnly(subject: PodSubject, digests: ReadonlySet<string>): boolean {
  return subject.containers.every(({ container }) => {
    const digest = parseImage(container.image ?? '')?.digest;
    return digest !== undefined && digest !== null && digests.has(digest);
  });
}
