import { LABEL } from '../../api/names.ts';
import type { Pod } from '../pod/pod.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import type { TenantPolicy } from '../tenants/tenant-policy.ts';
import type { AdmissionConfiguration, Operation, RequestUser, ReviewContext } from './review-context.ts';

/** What a cluster knows beside a pod. */
export interface PodSurroundings {
  readonly policies: {
    role(name: string): RolePolicy | null;
    tenantOf(namespace: string): TenantPolicy | null;
  };
  readonly configuration: AdmissionConfiguration;
}

/** Where a pod is, and what is happening to it. */
export interface PodSituation {
  readonly namespace: string;
  readonly operation: Operation;
  /** Null where nobody asks: the pod is there already. */
  readonly user: RequestUser | null;
}

/** Gathers what is known beside a pod of a cluster: its tenant by namespace, and its role by label. */
export function contextOfPod(
  pod: Pod,
  situation: PodSituation,
  { policies, configuration }: PodSurroundings,
): ReviewContext {
  const roleName = pod.metadata?.labels?.[LABEL.role];
  return {
    scope: 'Tenant',
    ...situation,
    role: roleName === undefined ? null : policies.role(roleName),
    tenant: policies.tenantOf(situation.namespace),
    configuration,
  };
}
