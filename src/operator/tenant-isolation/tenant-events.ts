import { API_VERSION } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { conditionEvents, type ToldConditions } from '../../controller/condition-events.ts';
import type { EventFacts } from '../../controller/event-object.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { TenantStatus } from './tenant-status.ts';

const TOLD: ToldConditions = {
  NamespacesEnrolled: {
    action: 'EnrolNamespaces',
    reasons: {
      Enrolled: 'Normal',
      NamespaceMissing: 'Warning',
      EnrolledElsewhere: 'Warning',
      NamespaceReplaced: 'Warning',
      LabelRefused: 'Warning',
    },
  },
  PodsCompliant: { action: 'JudgePods', reasons: { ViolationsFound: 'Warning' } },
  NetworkClosed: { action: 'CloseNetwork', reasons: { Closed: 'Normal', PolicyMissing: 'Warning' } },
  GatewayReady: {
    action: 'ProvideGateway',
    reasons: {
      Available: 'Normal',
      Unavailable: 'Warning',
      GatewayMoved: 'Warning',
      NameTaken: 'Warning',
      TargetsUnknown: 'Warning',
    },
  },
  CredentialsBound: { action: 'BindCredentials', reasons: { NotBound: 'Warning' } },
  DatabaseIsolated: {
    action: 'IsolateDatabase',
    reasons: {
      Proven: 'Normal',
      NothingToTry: 'Normal',
      Reached: 'Warning',
      FindingsFound: 'Warning',
      PlanRefused: 'Warning',
      Conflict: 'Warning',
      Unreachable: 'Warning',
      AdminRefused: 'Warning',
    },
  },
  ServicesFound: { action: 'FindServices', reasons: { NotUsable: 'Warning' } },
};

/** The events for what a new status of a tenant says and the one before did not. */
export function tenantEvents(
  { metadata, status }: TenantIsolation,
  after: TenantStatus,
): readonly EventFacts[] {
  const regarding = {
    apiVersion: API_VERSION,
    kind: 'TenantIsolation',
    metadata,
  };
  const conditions = { before: status?.conditions ?? [], after: after.conditions ?? [] };
  return conditionEvents(regarding, conditions, TOLD);
}

/** The event for a namespace that was enrolled for a tenant or released by it; of the namespace, since the tenant may be gone. */
export function namespaceEvent(
  metadata: KubeObject['metadata'],
  { tenant, reason }: { readonly tenant: string; readonly reason: 'Enrolled' | 'Released' },
): EventFacts {
  const regarding = { apiVersion: 'v1', kind: 'Namespace', metadata };
  const note =
    reason === 'Enrolled' ? `Enrolled for tenant "${tenant}".` : `Released from tenant "${tenant}".`;
  const action = reason === 'Enrolled' ? 'EnrolNamespace' : 'ReleaseNamespace';
  return { regarding, type: 'Normal', reason, action, note };
}
