import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { ANNOTATION } from '../../api/names.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { FixContext } from '../../policy/admission/check.ts';
import { isStartGate } from '../../policy/admission/checks/start-gate.ts';
import type { AdmissionConfiguration, ReviewContext } from '../../policy/admission/review-context.ts';
import type { Violation } from '../../policy/decision.ts';
import { hardenPod } from '../../policy/harden/harden-pod.ts';
import { changeContainers, changeSpec } from '../../policy/pod/change-pod.ts';
import type { Pod } from '../../policy/pod/pod.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import { authorsPod } from './authors-pod.ts';
import type { OwnedMetadata } from './owned-metadata.ts';

export type ImagePullPolicy = 'Always' | 'IfNotPresent' | 'Never';

/** What a sandbox's pod is rendered from. */
export interface SandboxPodSource {
  readonly sandbox: AgentSandbox;
  /** Narrowed for the sandbox. */
  readonly role: RolePolicy;
  readonly tenant: TenantPolicy;
  readonly admission: AdmissionConfiguration;
  /** The start gate by digest; null where the installation has none. */
  readonly startGateImage: string | null;
  /** Of the start gate. If not set: Kubernetes' default. */
  readonly imagePullPolicy?: ImagePullPolicy | undefined;
  /** Whether every node that it may run on can give it a user namespace, for a role that prefers one. If not set: false. */
  readonly canHaveUserNamespace?: boolean;
  /** What is left of the sandbox's lifetime. */
  readonly remainingSeconds: number;
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
  /** Returns the SHA-256 of a text in hexadecimal. */
  readonly sha256: (text: string) => string;
}

/** A sandbox's pod, to be created. */
export interface SandboxPod {
  readonly pod: Pod & { readonly metadata: OwnedMetadata & { readonly annotations: Record<string, string> } };
  /** SHA-256 in hexadecimal of all that the pod was made from, as its annotation `cloister.dev/policy-hash` has it. */
  readonly hash: string;
  /** What the contract has against the pod, which cannot be created then. */
  readonly left: readonly Violation[];
}

/** Returns the lifetime of a sandbox over all its pods, in seconds: its own, and at most that of its role. */
export function lifetimeOf({ spec }: AgentSandbox, { maxLifetimeSeconds }: RolePolicy): number {
  return Math.min(spec.lifetimeSeconds ?? maxLifetimeSeconds, maxLifetimeSeconds);
}

/**
 * Renders the pod of a sandbox: what its author asks for, then the wiring and the repairs that `cloister harden` makes of any
 * other pod. So the pod meets the contract of its role, or `left` says what its author has to change.
 */
export function sandboxPod(source: SandboxPodSource): SandboxPod {
  const { sandbox, role, tenant, remainingSeconds } = source;
  const context = { ...fixContext(source), now: source.now };
  const { pod: hardened, left } = hardenPod(authorsPod(sandbox, role, tenant), '', context);
  const pod = preferUserNamespace(pullStartGate(hardened, context, source.imagePullPolicy), source);
  const hash = source.sha256(hashed(withDeadline(pod, lifetimeOf(sandbox, role)), context));
  const { metadata, ...rest } = withDeadline(pod, Math.max(1, Math.floor(remainingSeconds)));
  const annotations = { ...metadata?.annotations, [ANNOTATION.policyHash]: hash };
  return { pod: { ...rest, metadata: { ...(metadata as OwnedMetadata), annotations } }, hash, left };
}

function fixContext({ sandbox, role, tenant, admission, startGateImage }: SandboxPodSource): FixContext {
  const review: ReviewContext = {
    scope: 'Tenant',
    operation: 'Create',
    namespace: sandbox.metadata.namespace ?? '',
    user: { name: admission.operatorUser, groups: [] },
    role,
    tenant,
    configuration: admission,
  };
  return { review, role, startGateImage };
}

function pullStartGate(pod: Pod, context: FixContext, imagePullPolicy?: ImagePullPolicy): Pod {
  if (imagePullPolicy === undefined) return pod;
  return changeContainers(pod, (container) =>
    isStartGate(container, context) ? { ...container, imagePullPolicy } : container,
  );
}

function preferUserNamespace(pod: Pod, { role, canHaveUserNamespace }: SandboxPodSource): Pod {
  if (role.userNamespace === 'Required' || canHaveUserNamespace !== true) return pod;
  return changeSpec(pod, (spec) => ({ ...spec, hostUsers: false }));
}

function withDeadline(pod: Pod, activeDeadlineSeconds: number): Pod {
  return changeSpec(pod, (spec) => ({ ...spec, activeDeadlineSeconds }));
}

/**
 * Without the start gate, which has ended in every pod that runs: another version of it replaces no running agent. And without
 * a user namespace that is only preferred: neither does another node.
 */
function hashed(pod: Pod, context: FixContext): string {
  const initContainers = pod.spec?.initContainers?.filter((container) => !isStartGate(container, context));
  const preferred = context.role.userNamespace === 'Required' ? {} : { hostUsers: undefined };
  return canonicalJson(changeSpec(pod, (spec) => ({ ...spec, initContainers, ...preferred })));
}
