import { isRecord } from '../../lib/is-record.ts';
import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import type { Violation } from '../../policy/decision.ts';
import { createFieldMap } from '../../policy/harden/find-differences.ts';
import { type Change, hardenPod } from '../../policy/harden/harden-pod.ts';
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
  /** What is still wrong, and what cannot work, with fields of the manifest as it was read. */
  readonly left: readonly Violation[];
  /** Everything that was changed, with fields of the manifest as it was read. */
  readonly changes: readonly Change[];
}

/** Hardens every pod of a manifest. An object without pods is returned as it is. */
export function hardenManifest(
  manifest: ManifestDocument,
  options: HardenOptions,
): HardenedManifest | { readonly error: string } {
  const content = readManifest(manifest);
  if (content.type === 'Invalid' || content.type === 'Unread') return content;
  let object: unknown = manifest.object;
  const left: Violation[] = [];
  const changes: Change[] = [];
  for (const found of content.type === 'Pods' ? content.pods : []) {
    const { pod, path, prefix } = found;
    const hardened = hardenPod(pod, prefix, hardenContext(found, options));
    if (hardened.pod !== pod) object = setAtPath(object, path, hardened.pod);
    const fieldBefore = createFieldMap(pod, hardened.pod);
    left.push(
      ...hardened.left.map((one) => ({ ...one, field: originalField(one.field, prefix, fieldBefore) })),
    );
    left.push(...hardened.obstacles);
    changes.push(...hardened.changes);
  }
  return { object: object as Record<string, unknown>, left, changes };
}

function hardenContext(found: ManifestPod, options: HardenOptions) {
  const { rolePolicy, startGateImage, now } = options;
  // What is written is to be created.
  const review = podContext({ ...found, isExisting: false }, options);
  return { review, role: rolePolicy, startGateImage, now };
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

/** A field of the hardened pod as it is called in the manifest that was read. */
function originalField(field: string, prefix: string, fieldBefore: (field: string) => string): string {
  return field.startsWith(prefix) ? `${prefix}${fieldBefore(field.slice(prefix.length))}` : field;
}
