import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { API_VERSION } from '../../api/names.ts';
import { conditionEvents, type ToldConditions } from '../../controller/condition-events.ts';
import type { EventFacts } from '../../controller/event-object.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { SandboxStatus } from './sandbox-status.ts';

const TOLD: ToldConditions = {
  RoleResolved: {
    action: 'ResolveRole',
    reasons: {
      RoleNotFound: 'Warning',
      RoleNotAllowed: 'Warning',
      NoDefaultRole: 'Warning',
      NotEnrolled: 'Warning',
    },
  },
  PodReady: {
    action: 'RunPod',
    reasons: {
      Running: 'Normal',
      Waiting: 'Normal',
      Replaced: 'Normal',
      GateFailed: 'Warning',
      Restarting: 'Warning',
      Refused: 'Warning',
      Completed: 'Normal',
      Failed: 'Warning',
      Stopped: 'Normal',
      LifetimeReached: 'Normal',
    },
  },
  CredentialsReady: {
    action: 'ProvideIdentity',
    reasons: {
      Ready: 'Normal',
      NotBound: 'Warning',
      StoreUnreachable: 'Warning',
      StoreRefused: 'Warning',
      Revoking: 'Normal',
      Revoked: 'Normal',
    },
  },
  Contained: { action: 'Contain', reasons: { Containing: 'Warning', Quarantined: 'Warning' } },
  EgressClosed: {
    action: 'CheckEgress',
    reasons: {
      Closed: 'Normal',
      FoundOpen: 'Warning',
      GateFailed: 'Warning',
      OpenedBy: 'Warning',
      OtherPolicyEngine: 'Warning',
    },
  },
};

/** The events for what a new status of a sandbox says and the one before did not. */
export function sandboxEvents(
  sandbox: AgentSandbox & KubeObject,
  after: SandboxStatus,
): readonly EventFacts[] {
  const conditions = { before: sandbox.status?.conditions ?? [], after: after.conditions ?? [] };
  return conditionEvents(sandboxReference(sandbox), conditions, TOLD);
}

/** The event for a pod that was made. */
export function podCreatedEvent(sandbox: AgentSandbox, pod: string): EventFacts {
  const note = `Created pod "${pod}".`;
  const regarding = sandboxReference(sandbox);
  return { regarding, type: 'Normal', reason: 'PodCreated', action: 'CreatePod', note };
}

/** Items of a list need not say of which kind they are. */
function sandboxReference({ metadata }: AgentSandbox): KubeObject {
  return { apiVersion: API_VERSION, kind: 'AgentSandbox', metadata };
}
