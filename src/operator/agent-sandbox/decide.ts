import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { ConditionState } from '../../controller/conditions.ts';
import { sha256 } from '../../lib/sha256.ts';
import { formatTime, parseTime } from '../../lib/time.ts';
import type { AdmissionConfiguration } from '../../policy/admission/review-context.ts';
import { type GrantedRole, grantRole, type RoleSurroundings } from '../../policy/sandboxes/grant-role.ts';
import { type ImagePullPolicy, lifetimeOf, type SandboxPod, sandboxPod } from '../../render/sandbox/pod.ts';
import { type IngressPolicy, ingressPolicy } from '../../render/sandbox/ingress-policy.ts';
import type { ObservedPod } from '../observed-objects.ts';
import { isContained } from '../agent-quarantine/decide-containment.ts';
import { CONTAINED_GRACE_SECONDS, endsTooLate, MAX_GRACE_SECONDS } from '../pod-grace.ts';
import { egressCondition } from './egress.ts';
import { judgePod, type NetworkSurroundings, whyOpen } from './judge-pod.ts';
import { gateVerdict } from './gate-verdict.ts';
import { judgeNodes, type NodeSurroundings } from './judge-nodes.ts';
import { type PodPlan, planPod } from './plan-pod.ts';
import { LIVE, podState, type PodState } from './pod-state.ts';
import type { SandboxReport } from './sandbox-status.ts';

/** What an installation sets for the pods of sandboxes. */
export interface SandboxSettings {
  readonly admission: AdmissionConfiguration;
  /** The start gate by digest; null where the installation has none. */
  readonly startGateImage: string | null;
  /** Of the start gate. If not set: Kubernetes' default. */
  readonly imagePullPolicy?: ImagePullPolicy | undefined;
}

/** A sandbox and its surroundings, as one reconciliation sees them. */
export interface SandboxWorld extends RoleSurroundings, NetworkSurroundings, NodeSurroundings {
  readonly sandbox: AgentSandbox;
  /** The pod under the name of the sandbox. */
  readonly pod: ObservedPod | undefined;
  /** The one that holds the sandbox; null where none does. */
  readonly quarantine: AgentQuarantine | null;
  readonly settings: SandboxSettings;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What to do for a sandbox, and what to say about it. */
export interface SandboxDecision {
  readonly plan: PodPlan;
  readonly state: PodState['state'];
  readonly rendered: SandboxPod | null;
  /** With which its pod is ended; undefined for the pod's own. */
  readonly gracePeriodSeconds: number | undefined;
  /** Whether a pod of it may run. It may not when the task has ended or ends, and while nobody gives it a role or one holds it. */
  readonly mayRun: boolean;
  /** Whether what was made for its pods is taken away: the task has ended, or the namespace is nobody's. */
  readonly isReleased: boolean;
  /** Null where nobody may call the sandbox. */
  readonly ingress: IngressPolicy | null;
  /** When the sandbox is to be deleted, in milliseconds since 1970; null where it stays. */
  readonly expiration: number | null;
  /** Without `Contained`, which says what became of it. */
  readonly report: Omit<SandboxReport, 'contained'>;
}

/** Decides what there must be of a sandbox now. */
export function decide(world: SandboxWorld): SandboxDecision {
  const { sandbox, pod, quarantine, now } = world;
  const resolved = grantRole(sandbox, world);
  const state = podState(sandbox, pod);
  const startTime = startTimeOf(sandbox, state);
  const lifetime = resolved.granted === null ? 0 : lifetimeOf(sandbox, resolved.granted.role) * 1000;
  const deadline = startTime === null || resolved.granted === null ? null : startTime + lifetime;
  const nodes = judgeNodes(resolved.granted?.role ?? null, world);
  const remainingMilliseconds = deadline === null ? lifetime : deadline - now;
  const rendered = render(world, resolved, { ...nodes, remainingMilliseconds });
  const plan = planPod({
    sandbox,
    state,
    unresolved: whyNone(world, resolved),
    isEnrolled: resolved.condition.reason !== 'NotEnrolled',
    rendered,
    quarantine,
    isNetworkClosed: pod !== undefined && isContained(pod),
    endsTooLate: pod !== undefined && endsTooLate(pod, gracePeriodOf(world) ?? MAX_GRACE_SECONDS),
    waitsFor: nodes.missingProfile ?? whyOpen(rendered, world),
    deadline,
    now,
  });
  return conclude(world, { resolved, state, rendered, plan, startTime });
}

/** What was found out on the way to a decision. */
interface Found {
  readonly resolved: GrantedRole;
  readonly state: PodState;
  readonly rendered: SandboxPod | null;
  readonly plan: PodPlan;
  readonly startTime: number | null;
}

function conclude(world: SandboxWorld, found: Found): SandboxDecision {
  const { sandbox, quarantine } = world;
  const { resolved, state, rendered, plan } = found;
  const fields = fieldsOf(world, found);
  const { granted, condition } = resolved;
  const mayRun = fields.endTime === undefined && quarantine === null && whyNone(world, resolved) === null;
  return {
    plan,
    state: state.state,
    rendered,
    gracePeriodSeconds: gracePeriodOf(world),
    mayRun,
    isReleased: isOver(sandbox, state) || condition.reason === 'NotEnrolled',
    ingress: granted === null || !mayRun ? null : ingressPolicy(sandbox, granted.role),
    expiration: granted === null ? null : expirationOf(sandbox, fields.endTime),
    report: {
      roleResolved: condition,
      podReady: plan.condition,
      egressClosed: egressOf(world, state),
      fields,
    },
  };
}

/** Why no pod of a sandbox may run whose task has not ended; null where one may. */
function whyNone({ sandbox }: SandboxWorld, { granted, condition }: GrantedRole): string | null {
  if (sandbox.metadata.deletionTimestamp !== undefined) return 'The AgentSandbox is being deleted.';
  return granted === null ? condition.message : null;
}

/**
 * A pod that is cut off gains nothing by its own time: its volumes go with it, it reaches nobody new, and what it has open stays open
 * until its end.
 */
function gracePeriodOf({ quarantine, pod }: SandboxWorld): number | undefined {
  const isCutOff = quarantine !== null || (pod !== undefined && isContained(pod));
  return isCutOff ? CONTAINED_GRACE_SECONDS : undefined;
}

/** What is known of the network of the sandbox's own pod. */
function egressOf(world: SandboxWorld, { state }: PodState): ConditionState {
  const { sandbox, pod } = world;
  const own = state === 'Foreign' ? undefined : pod;
  return egressCondition(sandbox, {
    verdict: own === undefined ? null : gateVerdict(own),
    judgement: own === undefined ? null : judgePod(own, world),
  });
}

/** Whether the task has ended, and no pod of it runs. */
function isOver({ status }: AgentSandbox, { state }: PodState): boolean {
  return status?.endTime !== undefined && !LIVE.has(state);
}

/** As the TTL controller does with Jobs: so long after the end, and never without one. */
function expirationOf({ spec }: AgentSandbox, endTime: string | undefined): number | null {
  const { ttlSecondsAfterFinished } = spec;
  if (endTime === undefined || ttlSecondsAfterFinished === undefined) return null;
  return parseTime(endTime) + ttlSecondsAfterFinished * 1000;
}

function render(
  { sandbox, settings, now }: SandboxWorld,
  { granted }: GrantedRole,
  {
    remainingMilliseconds,
    canHaveUserNamespace,
  }: { readonly remainingMilliseconds: number; readonly canHaveUserNamespace: boolean },
): SandboxPod | null {
  if (granted === null || !granted.tenant.gatewayAddresses?.length) return null;
  const { role, tenant } = granted;
  const remainingSeconds = remainingMilliseconds / 1000;
  const source = { sandbox, role, tenant, ...settings, canHaveUserNamespace, remainingSeconds, now, sha256 };
  return sandboxPod(source);
}

/** When the agent began for the first time, in milliseconds since 1970. It is recorded, so that the lifetime survives the pod. */
function startTimeOf({ status }: AgentSandbox, state: PodState): number | null {
  const recorded = parseTime(status?.startTime ?? '');
  if (recorded > 0) return recorded;
  return state.state === 'None' || state.state === 'Foreign' ? null : state.pod.agentStartTime;
}

function fieldsOf(
  { sandbox, now }: SandboxWorld,
  { resolved, plan, startTime }: Found,
): SandboxReport['fields'] {
  const { status } = sandbox;
  const endTime = status?.endTime ?? (plan.ends === true ? formatTime(now) : undefined);
  return {
    resolvedRole: resolved.granted?.reference ?? status?.resolvedRole,
    policyHash: plan.pod?.hash ?? status?.policyHash,
    pod: plan.pod === undefined ? undefined : { name: plan.pod.name, uid: plan.pod.uid },
    startTime: startTime === null ? undefined : formatTime(startTime),
    endTime,
    restarts: plan.restarts,
  };
}
