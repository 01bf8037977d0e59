import { isRecord } from '../../lib/is-record.ts';
import { matchLabels } from './match-labels.ts';
import type { LabelSelector, PolicyPod } from './network-policy.ts';

/** An object of another policy API that may let a pod out. */
export interface OtherPolicy {
  /** With its group, since several APIs have kinds of the same name. */
  readonly kind: string;
  /** Null at cluster scope. */
  readonly namespace: string | null;
  /** Null where the objects of the kind could not be read. */
  readonly name: string | null;
}

/** What of an object of another policy API is looked at. Any field may be missing, and each API has others beside them. */
export interface OtherPolicyObject {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly spec?: unknown;
  /** Cilium lets one object have several. */
  readonly specs?: unknown;
}

/**
 * Whether an object of another policy API may change where a pod gets out. What of it cannot be read counts: each API has
 * selectors and an order of rules of its own, and only what is the same in all of them is looked at here.
 */
export function mayConcern({ metadata, spec, specs }: OtherPolicyObject, pod: PolicyPod): boolean {
  if (metadata.namespace !== undefined && metadata.namespace !== pod.namespace) return false;
  const parts: readonly unknown[] = [
    ...(spec === undefined || spec === null ? [] : [spec]),
    ...(Array.isArray(specs) ? (specs as unknown[]) : []),
  ];
  return parts.length === 0 || parts.some((part) => concernsEgress(part) && !isAboutOthers(part, pod));
}

/** A policy without a rule for egress may close it, and opens nothing. */
function concernsEgress(spec: unknown): boolean {
  if (!isRecord(spec)) return true;
  const { egress } = spec;
  if (egress === undefined || egress === null) return false;
  return !Array.isArray(egress) || egress.length > 0;
}

/** Whether the subject of a policy of `policy.networking.k8s.io` is known to be other pods, or nodes (Cilium). */
function isAboutOthers(spec: unknown, pod: PolicyPod): boolean {
  if (!isRecord(spec)) return false;
  const { subject, nodeSelector, endpointSelector } = spec;
  if (isRecord(nodeSelector) && endpointSelector === undefined) return true;
  if (!isRecord(subject)) return false;
  const { namespaces, pods } = subject;
  if (isRecord(namespaces) && pods === undefined) return excludes(namespaces, pod.namespaceLabels);
  if (!isRecord(pods) || namespaces !== undefined) return false;
  const { namespaceSelector, podSelector } = pods;
  return (
    (isRecord(namespaceSelector) && excludes(namespaceSelector, pod.namespaceLabels)) ||
    (isRecord(podSelector) && excludes(podSelector, pod.labels))
  );
}

function excludes(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return matchLabels(selector, labels) === 'No';
}

/** Names an object as messages do. */
export function describeOtherPolicy({ kind, namespace, name }: OtherPolicy): string {
  if (name === null) return `every ${kind} (they could not be read)`;
  return namespace === null ? `${kind} "${name}"` : `${kind} "${name}" in namespace "${namespace}"`;
}
