import { canonicalMountPath } from './mount-path.ts';
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

const gathered = new WeakMap<PodSubject, PodVolumes>();

/**
 * The volumes of a pod. Gathered on the first call: searched again for every mount, a pod of a thousand volumes and
 * mounts kept the webhook from every other pod for half a minute.
 */
export function volumesOf(subject: PodSubject): PodVolumes {
  const before = gathered.get(subject);
  if (before !== undefined) return before;
  const now = gather(subject);
  gathered.set(subject, now);
  return now;
}

function gather({ spec, containers }: PodSubject): PodVolumes {
  const byName = new Map<string, { volume: Volume; index: number }>();
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    const name = volume.name ?? '';
    if (!byName.has(name)) byName.set(name, { volume, index });
  }
  const written = new Set<string>();
  const atTemporary = new Set<string>();
  for (const { container } of containers) {
    for (const { name = '', readOnly, mountPath = '' } of container.volumeMounts ?? []) {
      if (readOnly !== true) written.add(name);
      if (mountPath.startsWith(TEMPORARY) && canonicalMountPath(mountPath) === TEMPORARY) {
        atTemporary.add(name);
      }
    }
  }
  const temporary = [...atTemporary].flatMap((name) => {
    const volume = byName.get(name)?.volume;
    return volume?.emptyDir ? [volume] : [];
  });
  const temporarySum = temporary.reduce(
    (sum, { emptyDir }) => sum + (readAmount(emptyDir?.sizeLimit ?? 0) ?? 0n),
    0n,
  );
  return { byName, written, temporary, temporarySum };
}
