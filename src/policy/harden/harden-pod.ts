import { GATEWAY } from '../../api/names.ts';
import { applyExemptions } from '../admission/apply-exemptions.ts';
import type { Check, Violation } from '../admission/check.ts';
import { CHECKS } from '../admission/checks/index.ts';
import { evaluateContract } from '../admission/evaluate-contract.ts';
import { EXEMPTIBLE_CHECKS } from '../admission/exemptible-checks.ts';
import type { Pod } from '../pod/pod.ts';
import { createPodSubject } from '../pod/pod-subject.ts';
import type { HardenContext } from './harden-context.ts';
import { FIXES } from './index.ts';
import { knowsGateway, wirePod } from './wire-pod.ts';

/** A hardened pod and what nobody but its author can decide. */
export interface HardenedPod {
  /** The pod that was given, itself, where nothing had to be changed. */
  readonly pod: Pod;
  /** What is still wrong, with fields counted from the manifest's root. */
  readonly left: readonly Violation[];
}

/** Changes a pod as little as the contract of its role asks, as far as that takes no decision; judged again at the end. */
export function hardenPod(pod: Pod, prefix: string, context: HardenContext): HardenedPod {
  let hardened = wirePod(pod, context);
  for (const fix of FIXES) {
    const checks = CHECKS.filter(({ name }) => name === fix.check);
    if (judge(hardened, prefix, checks, context).length > 0) hardened = fix.apply(hardened, context);
  }
  const left = judge(hardened, prefix, CHECKS, context);
  return { pod: hardened, left: knowsGateway(hardened) ? left : [...left, gatewayUnknown(prefix)] };
}

function judge(
  pod: Pod,
  prefix: string,
  checks: readonly Check[],
  { review, now }: HardenContext,
): readonly Violation[] {
  const subject = createPodSubject(pod, prefix);
  const violations = evaluateContract(checks, subject, review);
  const { tenant, namespace } = review;
  const given = { exemptions: tenant?.exemptions ?? [], namespace, exemptible: EXEMPTIBLE_CHECKS, now };
  return applyExemptions(violations, subject, given).violations;
}

function gatewayUnknown(prefix: string): Violation {
  return {
    check: 'gateway',
    container: null,
    field: `${prefix}spec.hostAliases`,
    found: 'nothing',
    required: `the addresses of ${GATEWAY.name}, since the pod has no DNS`,
    fix: 'Give the TenantIsolation as it is on the cluster (kubectl get tenantisolation NAME -o yaml) with another -f: its status names them.',
  };
}
