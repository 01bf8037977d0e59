import { ANNOTATION } from '../api/names.ts';
import type { TenantPolicy } from '../policy/tenants/tenant-policy.ts';
import { EXEMPTIBLE_CHECKS } from '../policy/admission/exemptible-checks.ts';

/**
 * The annotation by which the backstop, which can look up no TenantIsolation, knows a namespace's exemptions: one entry
 * each, `<ServiceAccount> <checks> <digests>` with commas inside and semicolons between. Empty where none is in force at
 * `now`, in milliseconds since 1970: CEL has no clock, so what has ended is taken out by the operator.
 */
export function exemptionAnnotation({ exemptions }: TenantPolicy, namespace: string, now: number): string {
  return exemptions
    .filter((exemption) => exemption.namespace === namespace && now < exemption.expirationTime)
    .map(({ serviceAccount, checks, images }) => {
      const lifted = [...checks].filter((check) => EXEMPTIBLE_CHECKS.has(check));
      return `${serviceAccount} ${lifted.join(',')} ${[...images].join(',')}`;
    })
    .join(';');
}

const ANNOTATED = `namespaceObject.metadata.?annotations[?'${ANNOTATION.exemptions}'].orValue('')`;

/**
 * CEL that gives the lists of checks (`dns,lifetime`) that a pod is exempt from: those of every entry for its
 * ServiceAccount whose digests name the image of each of its containers. `variables.allContainers` is known.
 */
export const EXEMPT_CHECKS = [
  `${ANNOTATED}.split(';').map(entry, entry.split(' '))`,
  `.filter(entry, entry.size() == 3 && entry[0] == object.spec.?serviceAccountName.orValue('')`,
  ` && variables.allContainers.all(c, entry[2].split(',').exists(digest, c.?image.orValue('').endsWith('@' + digest))))`,
  `.map(entry, ',' + entry[1] + ',')`,
].join('');
