import type { Pod } from './pod.ts';

/** A pod found in a manifest, and where: `prefix` is what stands before `spec`, with a trailing dot. */
export interface FoundPod {
  readonly pod: Pod;
  readonly prefix: string;
}

/** Where the built-in workload kinds keep their pod template, by API group and kind. */
const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  '/PodTemplate': ['template'],
  '/ReplicationController': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/Deployment': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/Job': ['spec', 'template'],
};

type Json = Readonly<Record<string, unknown>>;

/** The pod of a Pod or of a built-in workload kind; null for every other kind. */
export function findPod(manifest: Json): FoundPod | null {
  const group = groupOf(manifest['apiVersion']);
  if (group === '' && manifest['kind'] === 'Pod') return { pod: manifest, prefix: '' };
  const path = TEMPLATE_PATHS[`${group}/${String(manifest['kind'])}`];
  return path === undefined ? null : follow(manifest, path);
}

/**
 * The pods of any manifest: as {@link findPod}, and for kinds that Kubernetes does not ship, every member named
 * `template`, `podTemplate` or ending in `PodTemplate` that holds `spec.containers`, wherever it stands. Other sandbox
 * operators, workflow engines and pools keep their pods so.
 */
export function findPods(manifest: Json): readonly FoundPod[] {
  const known = findPod(manifest);
  if (known !== null) return [known];
  const found: FoundPod[] = [];
  search(manifest, '', found);
  return found;
}

function groupOf(apiVersion: unknown): string {
  const text = typeof apiVersion === 'string' ? apiVersion : '';
  return text.includes('/') ? text.slice(0, text.indexOf('/')) : '';
}

function follow(manifest: Json, path: readonly string[]): FoundPod | null {
  let at: unknown = manifest;
  for (const member of path) at = isObject(at) ? at[member] : undefined;
  return isObject(at) ? { pod: at, prefix: `${path.join('.')}.` } : null;
}

const TEMPLATE_NAME = /^(template|.*[pP]odTemplate)$/;

function search(value: unknown, prefix: string, found: FoundPod[]): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) search(item, `${prefix.slice(0, -1)}[${index}].`, found);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const at = `${prefix}${name}.`;
    if (TEMPLATE_NAME.test(name) && hasContainers(member)) found.push({ pod: member as Pod, prefix: at });
    else search(member, at, found);
  }
}

function hasContainers(value: unknown): boolean {
  return isObject(value) && isObject(value['spec']) && Array.isArray(value['spec']['containers']);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
