import type { AgentRole } from '../../../src/api/agent-role.ts';
import type { AgentSandbox } from '../../../src/api/agent-sandbox.ts';
import { OPERATOR_USER } from '../../../src/api/names.ts';
import { containedCondition } from '../../../src/operator/agent-sandbox/contained-condition.ts';
import {
  decide,
  type SandboxDecision,
  type SandboxSettings,
  type SandboxWorld,
} from '../../../src/operator/agent-sandbox/decide.ts';
import { sandboxStatus } from '../../../src/operator/agent-sandbox/sandbox-status.ts';
import type { ObservedPod } from '../../../src/operator/observed-objects.ts';
import type { NetworkPolicy } from '../../../src/policy/network-policies/network-policy.ts';
import { allowGateway } from '../../../src/render/tenant/allow-gateway.ts';
import { defaultDeny } from '../../../src/render/tenant/default-deny.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';
import { START_GATE_DIGEST } from '../../build/pod.ts';
import { buildTenantPolicy } from '../../build/review-context.ts';

export const START = Date.parse('2026-11-28T12:00:00Z');
export const at = (seconds: number): string =>
  new Date(START + seconds * 1000).toISOString().replace('.000Z', 'Z');
export const POD_UID = '5f5d2c9e-2d5a-4a39-9a52-0a4f8d0c0b01';
/** The pod as the status of its sandbox names it. */
export const POD = { name: 'hermes', uid: POD_UID };

export const SETTINGS: SandboxSettings = {
  admission: { startGateDigests: [START_GATE_DIGEST], operatorUser: OPERATOR_USER },
  startGateImage: `packages.example.com/cloister/start-gate@${START_GATE_DIGEST}`,
};
export const TENANT = buildTenantPolicy({
  allowedRoles: new Set(['minimal', 'other', 'ghost']),
  defaultRole: 'minimal',
  gatewayAddresses: ['10.96.0.50'],
});

/** What the operator writes in the namespace of every sandbox. */
export const POLICIES = [
  defaultDeny('acme-agents'),
  allowGateway('acme', 'acme-agents'),
] as readonly NetworkPolicy[];

type Status = NonNullable<AgentSandbox['status']>;
export type PodStatus = NonNullable<ObservedPod['status']>;

/** What differs from a sandbox that is new in an enrolled namespace. */
export interface WorldChange extends Partial<
  Pick<
    SandboxWorld,
    | 'tenant'
    | 'enrolledFor'
    | 'pod'
    | 'quarantine'
    | 'settings'
    | 'networkPolicies'
    | 'otherPolicies'
    | 'nodes'
    | 'installerPods'
  >
> {
  readonly spec?: Partial<AgentSandbox['spec']>;
  readonly status?: Status;
  readonly role?: (role: AgentRole) => void;
  /** Seconds since the start. */
  readonly now?: number;
}

/** A world with a sandbox of the role `minimal`, whose lifetime is an hour. */
export function world({ spec, status, role, now = 0, ...change }: WorldChange = {}): SandboxWorld {
  const sandbox = buildAgentSandbox((one) => {
    Object.assign(one.metadata, { name: 'hermes', uid: 'sandbox-uid', generation: 1 });
    Object.assign(one.spec, spec);
    if (status !== undefined) one.status = status;
  });
  const roles = new Map(['minimal', 'other'].map((name) => [name, buildRole(name, role)]));
  return {
    sandbox,
    tenant: TENANT,
    enrolledFor: 'acme',
    role: (name) => roles.get(name),
    pod: undefined,
    quarantine: null,
    networkPolicies: POLICIES,
    namespaceLabels: {},
    otherPolicies: () => [],
    nodes: () => [],
    installerPods: () => [],
    settings: SETTINGS,
    now: START + now * 1000,
    ...change,
  };
}

function buildRole(name: string, tweak: (role: AgentRole) => void = () => {}): AgentRole {
  return buildAgentRole((one) => {
    Object.assign(one.metadata, { name, uid: `role-${name}` });
    tweak(one);
  });
}

/** The pod that the operator makes of a world, as the API server has it with that status. */
export function podIn(of: SandboxWorld, status: PodStatus = {}, uid = POD_UID): ObservedPod {
  const { rendered } = decide({ ...of, pod: undefined });
  if (rendered === null) throw new Error('there is no pod in this world');
  const { spec, metadata } = rendered.pod;
  const { name, namespace, labels, annotations, ownerReferences } = metadata;
  return {
    metadata: { name, namespace, labels, annotations, ownerReferences: [...ownerReferences], uid },
    spec: spec as ObservedPod['spec'],
    status,
  };
}

const container = { ready: false, restartCount: 0 };

export const gateEnded = (exitCode: number, message: object | string): PodStatus => ({
  phase: exitCode === 0 ? 'Pending' : 'Failed',
  initContainerStatuses: [
    {
      ...container,
      name: 'start-gate',
      state: {
        terminated: {
          exitCode,
          message: typeof message === 'string' ? message : JSON.stringify(message),
        },
      },
    },
  ],
});

export const PASSED = gateEnded(0, { format: 1, passed: true, closed: 9, open: [], rounds: 1 });
export const OPEN = gateEnded(1, { format: 1, passed: false, closed: 3, open: ['api 10.96.0.1:443/TCP'] });

/** The agent began at the start. */
export const RUNNING: PodStatus = {
  ...PASSED,
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True' }],
  containerStatuses: [{ ...container, name: 'agent', state: { running: { startedAt: at(0) } } }],
};

export const agentEnded = (exitCode: number, ranSeconds = 30, reason?: string): PodStatus => ({
  ...PASSED,
  phase: exitCode === 0 ? 'Succeeded' : 'Failed',
  ...(reason === undefined ? {} : { reason }),
  containerStatuses: [
    {
      ...container,
      name: 'agent',
      state: {
        terminated: { exitCode, reason: 'Error', startedAt: at(0), finishedAt: at(ranSeconds) },
      },
    },
  ],
});

/** The decision on a world in which the operator's pod has that status. */
export function decideWith(status: PodStatus, change: WorldChange = {}): SandboxDecision {
  const of = world(change);
  return decide({ ...of, pod: podIn(of, status) });
}

/** The status that is written for a world; what it has where nothing is written. */
export function nextStatus(of: SandboxWorld): Status {
  const decision = decide(of);
  const contained = containedCondition({ ...of, ...decision, stepsLeft: [] });
  return sandboxStatus(of.sandbox, { ...decision.report, contained }, of.now) ?? of.sandbox.status ?? {};
}

/** In short what is decided and said. */
export function summary({ plan, report }: SandboxDecision) {
  const say = ({ status, reason }: { readonly status: string; readonly reason: string }) =>
    `${status}/${reason}`;
  return {
    action: plan.action,
    role: say(report.roleResolved),
    pod: say(report.podReady),
    egress: say(report.egressClosed),
  };
}
