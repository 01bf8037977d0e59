import { show } from '../../lib/show.ts';
import type { ParsedFeed } from '../../policy/feed/parse-feed.ts';
import type { RoleFeed, SandboxFeed, TenantFeed } from '../../policy/feed/feed-schemas.ts';
import type { Reason } from '../../policy/reasons.ts';
import type { KnownPod } from '../known-pod.ts';
import type { CallPolicy } from '../../policy/tools/call-policy.ts';
import type { IdentityRefusal } from './caller.ts';
import type { FollowedFeed } from './followed-feed.ts';

type AllowedRole = Extract<RoleFeed, { state: 'Allowed' }>;

/** What holds for a pod and every call from it. */
export interface PodStanding {
  readonly role: AllowedRole;
  readonly policy: CallPolicy;
  /** Null where the pod belongs to no sandbox. */
  readonly sandbox: SandboxFeed | null;
}

/** What the labels of a pod named when it was first seen. */
export interface FirstSight {
  readonly role: string | null;
  readonly sandbox: string | null;
}

export interface PodWorld {
  readonly pod: KnownPod;
  readonly firstSight: FirstSight | undefined;
  readonly feed: Pick<FollowedFeed, 'tenant' | 'role' | 'sandbox'>;
}

export type DecidedPod = { readonly standing: PodStanding } | { readonly refusal: IdentityRefusal };

/** Decides what holds for a pod. Whatever is missing, unreadable or not as it was refuses. */
export function decidePod(world: PodWorld): DecidedPod {
  const { pod, feed } = world;
  if (pod.isContained) return refuse(pod, 'Contained', 'the pod is cut off from the network');
  const tenant = usable(feed.tenant());
  if ('problem' in tenant)
    return refuse(pod, 'NotReady', `what holds for the tenant is not known: ${tenant.problem}`);
  const unbound = whyUnbound(world, tenant.feed);
  if (unbound !== null) return unbound;
  const sandbox = decideSandbox(world);
  if ('refusal' in sandbox) return sandbox;
  return decideRole(world, tenant.feed, sandbox.feed);
}

/** The role that a pod was first seen with stays its role: a label is easily written. */
function whyUnbound({ pod, firstSight }: PodWorld, { namespaces }: TenantFeed): DecidedPod | null {
  const { namespace = '' } = pod.metadata;
  if (!namespaces.includes(namespace)) {
    return refuse(pod, 'SourceNotAPod', `the namespace ${show(namespace)} of the pod is not enrolled`);
  }
  if (firstSight === undefined) return refuse(pod, 'NotReady', 'the pod is not known yet');
  if (firstSight.role === pod.role && firstSight.sandbox === pod.sandbox) return null;
  const [then, now] = [firstSight, pod].map(
    ({ role, sandbox }) => `role ${show(role)}, sandbox ${show(sandbox)}`,
  );
  return refuse(
    pod,
    'RoleChanged',
    `the labels of the pod were changed (${then}; now ${now}); make the pod again`,
  );
}

function decideSandbox({
  pod,
  feed,
}: PodWorld): { readonly feed: SandboxFeed | null } | { readonly refusal: IdentityRefusal } {
  if (pod.sandbox === null) return { feed: null };
  const { namespace = '', uid } = pod.metadata;
  const told = usable(feed.sandbox(namespace, pod.sandbox));
  if ('problem' in told)
    return refuse(pod, 'NotReady', `what holds for the sandbox is not known: ${told.problem}`);
  if (told.feed.podUID !== uid)
    return refuse(pod, 'NotReady', 'the pod is not the one that the sandbox is known to have');
  return told.feed.contained ? refuse(pod, 'Contained', 'the sandbox is contained') : told;
}

function decideRole(
  { pod, feed }: PodWorld,
  { allowedRoles }: TenantFeed,
  sandbox: SandboxFeed | null,
): DecidedPod {
  const name = pod.role;
  if (name === null) return refuse(pod, 'RoleWithdrawn', 'the pod has no role');
  const told = feed.role(name);
  if (told !== undefined && 'problem' in told) {
    return refuse(pod, 'NotReady', `what the role ${show(name)} allows is not known: ${told.problem}`);
  }
  const role = told?.feed;
  if (role?.feed.state !== 'Allowed' || role.policy === null || !allowedRoles.includes(name)) {
    return refuse(pod, 'RoleWithdrawn', `the tenant does not allow the role ${show(name)}, or there is none`);
  }
  return { standing: { role: role.feed, policy: role.policy, sandbox } };
}

function usable<T>(told: ParsedFeed<T> | undefined): ParsedFeed<T> {
  return told ?? { problem: 'the operator has not told it yet' };
}

/** What may be another in a moment. A client may try again. */
const PASSING: ReadonlySet<Reason> = new Set(['NotReady', 'ProofNotReviewed']);

/** Refuses what a pod asks. */
export function refuse(
  pod: KnownPod,
  reason: Reason,
  message: string,
): { readonly refusal: IdentityRefusal } {
  const { namespace, name } = pod.metadata;
  const sandbox = pod.sandbox ?? undefined;
  return { refusal: { reason, message, retry: PASSING.has(reason), namespace, pod: name, sandbox } };
}
