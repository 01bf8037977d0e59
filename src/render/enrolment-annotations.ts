import { ANNOTATION } from '../api/names.ts';
import { listedAnnotations } from '../policy/admission/allowed-annotations.ts';
import type { RolePolicy } from '../policy/roles/role-policy.ts';
import type { TenantPolicy } from '../policy/tenants/tenant-policy.ts';
import { exemptionAnnotation } from './exemption-annotation.ts';

/**
 * The annotations of an enrolled namespace by which the API server knows what the tenant lets its pods do at `now`, in
 * milliseconds since 1970; an empty one is left out.
 */
export function enrolmentAnnotations(
  tenant: TenantPolicy,
  namespace: string,
  known: { readonly roles: ReadonlyMap<string, Pick<RolePolicy, 'annotations'>>; readonly now: number },
): Readonly<Record<string, string>> {
  const annotations = {
    [ANNOTATION.exemptions]: exemptionAnnotation(tenant, namespace, known.now),
    [ANNOTATION.annotations]: listedAnnotations(tenant, known.roles),
  };
  return Object.fromEntries(Object.entries(annotations).filter(([, text]) => text !== ''));
}
