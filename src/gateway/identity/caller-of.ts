import { canonicalJson } from '../../lib/canonical-json.ts';
import type { KnownPod } from '../known-pod.ts';
import type { Caller, IdentityRefusal, ProofKind } from './caller.ts';
import { type PodStanding, refuse } from './decide-pod.ts';

/** A pod and what holds for it. */
export interface StandingPod {
  readonly pod: KnownPod;
  readonly standing: PodStanding;
}

/** Returns the caller that a pod is, once it is proved. */
export function callerOf({ pod, standing }: StandingPod, address: string, proof: ProofKind): Caller {
  const { role, policy, sandbox } = standing;
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return {
    namespace,
    pod: name,
    podUID: uid,
    address,
    sandbox: sandbox?.sandbox ?? null,
    sandboxUID: sandbox?.uid ?? null,
    role: role.role,
    roleUID: role.uid,
    roleHash: role.hash,
    policy,
    narrow: sandbox?.narrow,
    auditSettings: role.spec.audit,
    proof,
  };
}

/** Why a pod is not the caller any more that was identified; null where it is. */
export function whyChanged(caller: Caller, { pod, standing }: StandingPod): IdentityRefusal | null {
  const { role, sandbox } = standing;
  if (role.uid !== caller.roleUID || role.hash !== caller.roleHash) {
    return refuse(pod, 'RoleChanged', `the role "${role.role}" has changed since the pod was identified`)
      .refusal;
  }
  const isSameSandbox = (sandbox?.uid ?? null) === caller.sandboxUID;
  if (isSameSandbox && isSame(sandbox?.narrow, caller.narrow)) return null;
  return refuse(
    pod,
    'RoleChanged',
    'what the sandbox leaves of its role has changed since the pod was identified',
  ).refusal;
}

function isSame(left: Caller['narrow'], right: Caller['narrow']): boolean {
  return left === right || canonicalJson(left ?? null) === canonicalJson(right ?? null);
}
