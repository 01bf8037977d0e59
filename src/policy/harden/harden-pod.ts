import { GATEWAY } from '../../api/names.ts';
import type { Check } from '../admission/check.ts';
import { CHECKS } from '../admission/checks/index.ts';
import { evaluatePod } from '../admission/evaluate-pod.ts';
import { type Violation, violationsOf } from '../decision.ts';
import type { Pod } from '../pod/pod.ts';
import { createPodSubject } from '../pod/pod-subject.ts';
import { type HardenContext, knowsGateway, wirePod } from './wire-pod.ts';

/** A hardened pod and what nobody but its author can decide. */
export interface HardenedPod {
  /** The pod that was given, itself, where nothing had to be changed. */
  readonly pod: Pod;
  /** What is still wrong, with fields counted from the manifest's root. */
  readonly left: readonly Violation[];
}

/**
 * Changes a pod as little as the contract of its role asks, as far as that takes no decision, and evaluates the result.
 * Checks repair in the order of the contract.
 */
export function hardenPod(pod: Pod, prefix: string, context: HardenContext): HardenedPod {
  let hardened = wirePod(pod, context);
  for (const check of CHECKS) {
    const isRefused = check.fix !== undefined && evaluate(hardened, prefix, [check], context).length > 0;
    if (isRefused) hardened = check.fix?.(hardened, context) ?? hardened;
  }
  const left = evaluate(hardened, prefix, CHECKS, context);
  return { pod: hardened, left: knowsGateway(hardened) ? left : [...left, gatewayUnknown(prefix)] };
}

function evaluate(
  pod: Pod,
  prefix: string,
  checks: readonly Check[],
  { review, now }: HardenContext,
): readonly Violation[] {
  return violationsOf(evaluatePod(createPodSubject(pod, prefix), { context: review, now, checks }));
}

function gatewayUnknown(prefix: string): Violation {
  return {
    check: 'gateway',
    container: null,
    field: `${prefix}spec.hostAliases`,
    found: 'not set',
    required: `must name the addresses of ${GATEWAY.name}, since the pod has no DNS`,
    fix: 'Give the TenantIsolation as it is on the cluster (kubectl get tenantisolation NAME -o yaml) with another -f: its status has the addresses.',
  };
}
