import { isRecord } from '../../lib/is-record.ts';
import { type FieldPath, fieldPath } from './field-path.ts';
import { type Json, textOf } from './json-members.ts';
import type { Pod } from './pod.ts';

/** A pod found in a manifest, and where. */
export interface FoundPod {
  readonly pod: Pod;
  /** Members and list positions that lead to it; empty for a Pod. */
  readonly path: FieldPath;
  /** The Pod or built-in workload that holds it; null in every other kind, whose pods may have fields of their own. */
  readonly holder: Json | null;
  /** The path as text with a trailing dot, which precedes `spec` in the name of a field. */
  readonly prefix: string;
}

const IN_SPEC = ['spec', 'template'];
const IN_CRON_JOB = ['spec', 'jobTemplate', 'spec', 'template'];

/**
 * Where the built-in workload kinds have their pod template, by API group and kind. Many repositories still hold
 * versions that are no longer served (`extensions/v1beta1`, `batch/v2alpha1`).
 */
const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  '/PodTemplate': ['template'],
  '/ReplicationController': IN_SPEC,
  'apps/DaemonSet': IN_SPEC,
  'apps/Deployment': IN_SPEC,
  'apps/ReplicaSet': IN_SPEC,
  'apps/StatefulSet': IN_SPEC,
  'batch/CronJob': IN_CRON_JOB,
  'batch/Job': IN_SPEC,
  'batch/ScheduledJob': IN_CRON_JOB,
  'extensions/DaemonSet': IN_SPEC,
  'extensions/Deployment': IN_SPEC,
  'extensions/Job': IN_SPEC,
  'extensions/ReplicaSet': IN_SPEC,
};

/** Returns the pod of a Pod or of a built-in workload kind; null for every other kind, and if there is no template. */
export function findPod(manifest: Json): FoundPod | null {
  const group = apiGroup(textOf(manifest['apiVersion']));
  if (group === '' && manifest['kind'] === 'Pod') {
    return { pod: manifest, path: [], prefix: '', holder: manifest };
  }
  const path = TEMPLATE_PATHS[`${group}/${String(manifest['kind'])}`];
  return path === undefined ? null : follow(manifest, path);
}

/** Returns whether the kind is Pod or a built-in workload kind, whether it has a template or not. */
export function isWorkload(manifest: Json): boolean {
  const key = `${apiGroup(textOf(manifest['apiVersion']))}/${String(manifest['kind'])}`;
  return key === '/Pod' || Object.hasOwn(TEMPLATE_PATHS, key);
}

/**
 * Returns the pods of any manifest: as {@link findPod}, and for every other kind each member at any depth that is a
 * manifest (in an AdmissionReview or a template) or has `spec.containers`. Other sandbox operators, workflow engines
 * and pools hold pods under names that cannot be listed.
 */
export function findPods(manifest: Json): readonly FoundPod[] {
  const known = findPod(manifest);
  if (known !== null) return [known];
  const found: FoundPod[] = [];
  for (const [name, member] of Object.entries(manifest)) search(member, [name], found);
  return found;
}

/** Returns the API group of a version; empty for the core group. */
export function apiGroup(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function follow(manifest: Json, path: readonly string[]): FoundPod | null {
  let at: unknown = manifest;
  for (const member of path) at = isRecord(at) ? at[member] : undefined;
  return isRecord(at) ? { pod: at, path, prefix: prefixOf(path), holder: manifest } : null;
}

function search(value: unknown, path: FieldPath, found: FoundPod[]): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) search(item, [...path, index], found);
    return;
  }
  if (!isRecord(value)) return;
  const within = findPod(value);
  if (within !== null) {
    const whole = [...path, ...within.path];
    found.push({ ...within, path: whole, prefix: prefixOf(whole) });
  } else if (hasContainers(value)) {
    found.push({ pod: value, path, prefix: prefixOf(path), holder: null });
  } else {
    for (const [name, member] of Object.entries(value)) {
      // An AdmissionReview asks for `object`; `oldObject` is what it replaces.
      if (name !== 'oldObject') search(member, [...path, name], found);
    }
  }
}

function hasContainers({ spec }: Json): boolean {
  if (!isRecord(spec) || !Array.isArray(spec['containers'])) return false;
  return spec['containers'].every(isRecord);
}

function prefixOf(path: FieldPath): string {
  return `${fieldPath(path)}.`;
}
