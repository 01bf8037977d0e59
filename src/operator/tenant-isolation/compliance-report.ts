import { listFirst } from '../../lib/list-first.ts';
import type { TenantStatusPart } from './tenant-status.ts';

/** Something that violates the pod contract. */
export interface Violator {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
  /** Names of the checks, each once. */
  readonly checks: readonly string[];
}

/** What is known of the pods and workloads from before enrolment. */
export interface ComplianceFacts {
  readonly violators: readonly Violator[];
  /** Pods that are to be evicted and that a PodDisruptionBudget holds. */
  readonly held: readonly string[];
}

const MAX_NAMED_OBJECTS = 12;
const MAX_NAMED_CHECKS = 5;

/** Returns the condition `PodsCompliant`. `facts` is null where not all pods could be looked at yet. */
export function complianceReport(facts: ComplianceFacts | null): TenantStatusPart {
  return { conditions: [{ type: 'PodsCompliant', ...stateOf(facts) }] };
}

function stateOf(facts: ComplianceFacts | null) {
  if (facts === null) {
    const message = 'The pods from before enrolment have not been looked at yet.';
    return { status: 'Unknown' as const, reason: 'NotJudged', message };
  }
  const { violators, held } = facts;
  if (violators.length === 0) {
    const message = 'All pods and workloads from before enrolment meet the pod contract.';
    return { status: 'True' as const, reason: 'Compliant', message };
  }
  const sorted = violators.map(describe).sort();
  const message = `From before enrolment, and against the pod contract: ${listFirst(sorted, MAX_NAMED_OBJECTS, String, '; ')}. Change or delete them.`;
  const holding =
    held.length === 0
      ? ''
      : ` A PodDisruptionBudget holds pods that are to be evicted: ${listFirst(held, MAX_NAMED_OBJECTS)}.`;
  return { status: 'False' as const, reason: 'ViolationsFound', message: `${message}${holding}` };
}

function describe({ kind, namespace, name, checks }: Violator): string {
  return `${kind} ${namespace}/${name} (${listFirst(checks, MAX_NAMED_CHECKS)})`;
}
