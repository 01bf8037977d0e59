import { GATEWAY } from '../../api/names.ts';
import type { Check } from '../admission/check.ts';
import { CHECKS } from '../admission/checks/index.ts';
import { evaluatePod } from '../admission/evaluate-pod.ts';
import { type Violation, violationsOf } from '../decision.ts';
import type { Pod } from '../pod/pod.ts';
import { createPodSubject } from '../pod/pod-subject.ts';
import { createFieldMap, type Difference, findDifferences } from './find-differences.ts';
import { findObstacles } from './find-obstacles.ts';
import { type HardenContext, knowsGateway, wirePod } from './wire-pod.ts';

/** A hardened pod and what nobody but its author can decide. */
export interface HardenedPod {
  /** The pod that was given, itself, where nothing had to be changed. */
  readonly pod: Pod;
  /** What is still wrong, with fields counted from the manifest's root, in the hardened pod. */
  readonly left: readonly Violation[];
  /** What cannot work in the hardened pod, with fields of the pod that was given. */
  readonly obstacles: readonly Violation[];
  /** Everything that was changed, in the order of the checks, with fields of the pod that was given. */
  readonly changes: readonly Change[];
}

/** A field that was changed. */
export interface Change extends Difference {
  /** Name of the check whose repair changed it. */
  readonly check: string;
  /** Null where the field is not one of a container. */
  readonly container: string | null;
  /** Why, in one sentence without its full stop. */
  readonly reason: string;
}

/**
 * Changes a pod as little as the contract of its role asks, as far as that takes no decision, and evaluates the result.
 * Checks repair in the order of the contract.
 */
export function hardenPod(pod: Pod, prefix: string, context: HardenContext): HardenedPod {
  const changes: Change[] = [];
  let hardened = pod;
  const change = (changed: Pod, check: string, reason: string): void => {
    const fieldBefore = createFieldMap(pod, hardened);
    for (const { field, ...values } of findDifferences(hardened, changed)) {
      const original = fieldBefore(field);
      const container = containerOf(original, pod);
      changes.push({ field: `${prefix}${original}`, ...values, check, container, reason });
    }
    hardened = changed;
  };
  change(wirePod(pod, context), 'gateway', WIRING);
  for (const check of CHECKS) {
    const isRefused = check.fix !== undefined && evaluate(hardened, prefix, [check], context).length > 0;
    if (!isRefused) continue;
    change(check.fix?.(hardened, context) ?? hardened, check.name, check.summary.replace(/\.$/, ''));
  }
  const left = evaluate(hardened, prefix, CHECKS, context);
  return {
    pod: hardened,
    left: knowsGateway(hardened) ? left : [...left, gatewayUnknown(prefix)],
    obstacles: findObstacles(pod, prefix, context),
    changes,
  };
}

/** The name of the container that a field belongs to. */
function containerOf(field: string, { spec }: Pod): string | null {
  const [, list, index] = /^spec\.(containers|initContainers)\[(\d+)\]/.exec(field) ?? [];
  const containers = list === 'containers' ? spec?.containers : spec?.initContainers;
  return list === undefined ? null : (containers?.[Number(index)]?.name ?? null);
}

const WIRING = 'The pod names its role, and reaches the gateway and nothing else';

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
