import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import type { Violation } from '../../policy/decision.ts';
import { findPods, isWorkload } from '../../policy/pod/pod-template.ts';
import { readPod } from '../../policy/pod/read-pod.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import { hardenPod } from '../../policy/harden/harden-pod.ts';
import type { Policies } from '../policies/policies.ts';
import { readCloisterObject } from '../policies/read-cloister-object.ts';
import { identify } from '../review/identify.ts';
import { podReviewContext, type Surroundings } from '../review/pod-review-context.ts';
import { isPodlessKind } from '../review/podless-kinds.ts';
import { setAtPath } from './set-at-path.ts';
import { statedLimits } from './stated-limits.ts';

/** What the user said, and what was found, for hardening every pod of an input. */
export interface HardenOptions extends Surroundings {
  readonly policies: Policies;
  readonly rolePolicy: RolePolicy;
  readonly startGateImage: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface HardenedManifest {
  /** The object that was given, itself, where nothing had to be changed. */
  readonly object: Record<string, unknown>;
  readonly left: readonly Violation[];
  /** What was filled in by guessing, a sentence each. */
  readonly notes: readonly string[];
}

/** Hardens every pod of a manifest; an object without pods is given back as it is. */
export function hardenManifest(
  manifest: ManifestDocument,
  options: HardenOptions,
): HardenedManifest | { readonly error: string } {
  const { object } = manifest;
  const unchanged = { object, left: [], notes: [] };
  const own = readCloisterObject(object);
  if (own !== null) return 'error' in own ? own : unchanged;
  if (isPodlessKind(String(object['apiVersion']), String(object['kind']))) return unchanged;
  const pods = findPods(object);
  if (pods.length === 0 && isWorkload(object)) return { error: 'there is no pod template in it' };
  let hardened: unknown = object;
  const left: Violation[] = [];
  const notes: string[] = [];
  for (const { pod, path, prefix } of pods) {
    const reading = readPod(pod, prefix);
    if ('error' in reading) return reading;
    const namespace = identify(manifest).namespace ?? reading.pod.metadata?.namespace ?? '';
    const result = hardenPod(reading.pod, prefix, contextOf(reading.pod, namespace, options));
    if (result.pod !== reading.pod) hardened = setAtPath(hardened, path, result.pod);
    left.push(...result.left);
    notes.push(...statedLimits(reading.pod, result.pod, prefix));
  }
  return { object: hardened as Record<string, unknown>, left, notes };
}

function contextOf(pod: Parameters<typeof podReviewContext>[0], namespace: string, options: HardenOptions) {
  const { policies, rolePolicy, startGateImage, now } = options;
  const review = podReviewContext(pod, namespace, policies, options);
  const gatewayAddresses = review.tenant === null ? [] : policies.gatewayAddresses(review.tenant.name);
  return { review, role: rolePolicy, gatewayAddresses, startGateImage, now };
}
