import { canonicalMountPath } from '../roles/mount-path.ts';
import type { Volume } from './pod.ts';
import type { PodSubject } from './pod-subject.ts';
import { readAmount } from './read-amount.ts';

export const TEMPORARY = '/tmp';

/** What the mounts of a pod are judged by, gathered once. */
export interface PodVolumes {
  /** By name, with the place in `spec.volumes`; of two with one name the first. */
  readonly byName: ReadonlyMap<string, { readonly volume: Volume; readonly index: number }>;
  /** Names of the volumes that some container may write to. */
  readonly written: ReadonlySet<string>;
  /** Every `emptyDir` that some container has at `/tmp`: the role's size is for the pod. */
  readonly temporary: readonly Volume[];
  /** Their sizes together, in nano-units. */
  readonly temporarySum: bigint;
}

// A pod is judged from beginning to end before the next: remembering one is enough, and cheaper than a WeakMap.
let last: { readonly subject: PodSubject; readonly volumes: PodVolumes } | null = null;

/**
 * The volumes of a pod. Gathered on the first call: searched again for every mount, a pod of a thousand volumes and
 * mounts kept the webhook from every other pod for half a minute.
 */
export function volumesOf(subject: PodSubject): PodVolumes {
  if (last?.subject !== subject) last = { subject, volumes: gather(subject) };
  return last.volumes;
}

function gather({ spec, containers }: PodSubject): PodVolumes {
  const byName = nameVolumes(spec.volumes ?? []);
  const written = new Set<string>();
  const atTemporary = new Set<string>();
  for (const { container } of containers) {
    for (const { name, readOnly, mountPath } of container.volumeMounts ?? []) {
      if (readOnly !== true) written.add(name ?? '');
      if (isTemporary(mountPath ?? '')) atTemporary.add(name ?? '');
    }
  }
  const temporary: Volume[] = [];
  for (const name of atTemporary) {
    const volume = byName.get(name)?.volume;
    if (volume?.emptyDir) temporary.push(volume);
  }
  return { byName, written, temporary, temporarySum: sumOfSizes(temporary) };
}

function sumOfSizes(volumes: readonly Volume[]): bigint {
  let sum = 0n;
  for (const { emptyDir } of volumes) sum += readAmount(emptyDir?.sizeLimit ?? 0) ?? 0n;
  return sum;
}

function nameVolumes(volumes: readonly Volume[]): PodVolumes['byName'] {
  const byName = new Map<string, { volume: Volume; index: number }>();
  for (let index = 0; index < volumes.length; index++) {
    const volume = volumes[index];
    if (volume && !byName.has(volume.name ?? '')) byName.set(volume.name ?? '', { volume, index });
  }
  return byName;
}

function isTemporary(path: string): boolean {
  return path === TEMPORARY || (path.startsWith(TEMPORARY) && canonicalMountPath(path) === TEMPORARY);
}
