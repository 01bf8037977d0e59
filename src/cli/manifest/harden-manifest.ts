import { isRecord } from '../../lib/is-record.ts';
import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import type { Violation } from '../../policy/decision.ts';
import { hardenPod } from '../../policy/harden/harden-pod.ts';
import type { Pod } from '../../policy/pod/pod.ts';
import { type ContainerView, createPodSubject, inContainer } from '../../policy/pod/pod-subject.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import { type Assumptions, podContext } from './pod-context.ts';
import { type ManifestPod, readManifest } from './read-manifest.ts';

/** What the user asked of hardening. */
export interface HardenOptions extends Assumptions {
  readonly rolePolicy: RolePolicy;
  readonly startGateImage: string | null;
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
}

export interface HardenedManifest {
  /** The given object itself, if nothing had to be changed. */
  readonly object: Record<string, unknown>;
  /** What is still wrong. */
  readonly left: readonly Violation[];
  /** What was set to a guess, one sentence each. */
  readonly notes: readonly string[];
}

/** Hardens every pod of a manifest. An object without pods is returned as it is. */
export function hardenManifest(
  manifest: ManifestDocument,
  options: HardenOptions,
): HardenedManifest | { readonly error: string } {
  const content = readManifest(manifest);
  if (content.type === 'Invalid') return content;
  let object: unknown = manifest.object;
  const left: Violation[] = [];
  const notes: string[] = [];
  for (const found of content.type === 'Pods' ? content.pods : []) {
    const { pod, path, prefix } = found;
    const hardened = hardenPod(pod, prefix, hardenContext(found, options));
    if (hardened.pod !== pod) object = setAtPath(object, path, hardened.pod);
    left.push(...hardened.left);
    notes.push(...describeGuessedLimits(pod, hardened.pod, prefix));
  }
  return { object: object as Record<string, unknown>, left, notes };
}

function hardenContext(found: ManifestPod, options: HardenOptions) {
  const { policies, rolePolicy, startGateImage, now } = options;
  const review = podContext(found, options);
  const gatewayAddresses = review.tenant === null ? [] : policies.gatewayAddresses(review.tenant.name);
  return { review, role: rolePolicy, gatewayAddresses, startGateImage, now };
}

/** Returns a copy of a JSON value with another value at an existing path. Everything beside the path is shared. */
function setAtPath(value: unknown, path: readonly (string | number)[], replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      index === step ? setAtPath(item, rest, replacement) : (item as unknown),
    );
  }
  return isRecord(value) ? { ...value, [step]: setAtPath(value[step], rest, replacement) } : value;
}

/** Describes the limits that were set where a container had none: their size is a guess. */
function describeGuessedLimits(before: Pod, after: Pod, prefix: string): readonly string[] {
  const old = createPodSubject(before).containers;
  return createPodSubject(after, prefix).containers.flatMap((view) => {
    const previous = old.find((one) => isSame(one, view));
    if (previous === undefined) return [];
    return Object.entries(view.container.resources?.limits ?? {})
      .filter(([resource, amount]) => previous.container.resources?.limits?.[resource] !== amount)
      .map(([resource, amount]) => {
        const { field } = inContainer(view, `resources.limits.${resource}`);
        return `container "${view.container.name ?? ''}": ${prefix}${field} was set to ${amount}, a share of what the role grants; set what the container needs`;
      });
  });
}

function isSame(one: ContainerView, other: ContainerView): boolean {
  return one.position === other.position && one.container.name === other.container.name;
}
