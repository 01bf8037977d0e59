import { formatBytes } from '../../lib/format-amount.ts';
import { NANO_UNITS, parseQuantity } from '../../lib/quantity.ts';
import { canonicalMountPath } from '../roles/mount-path.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import type { Pod, Volume } from './pod.ts';
import { createPodSubject, type PodSubject } from './pod-subject.ts';
import { TEMPORARY } from './pod-volumes.ts';

/** The size that an `emptyDir` elsewhere than at `/tmp` gets where its author sets none: no role has one for it. */
export const USUAL_SIZE = '64Mi';

/** Whether the volume is an `emptyDir` with a limit. The kubelet takes a limit of 0 for none. */
export function isBounded({ emptyDir }: Volume): boolean {
  return (parseQuantity(emptyDir?.sizeLimit ?? 0) ?? 0n) > 0n;
}

/** Whether some container has the volume at `/tmp`. */
export function isScratch({ containers }: PodSubject, { name }: Volume): boolean {
  return containers.some(({ container }) =>
    (container.volumeMounts ?? []).some(
      (mount) => mount.name === name && canonicalMountPath(mount.mountPath ?? '') === TEMPORARY,
    ),
  );
}

/** How many volumes at `/tmp` have no limit. */
export function countUnbounded(pod: Pod): number {
  return createPodSubject(pod).volumes.temporary.filter((volume) => !isBounded(volume)).length;
}

/**
 * Returns a size for each of `count` volumes at `/tmp` that have none: an even share of what the role's size, which is for
 * all of them together, leaves. Null where it leaves nothing.
 */
export function scratchSize(pod: Pod, role: RolePolicy, count: number): string | null {
  if (role.temporarySize === null) return null;
  const left = role.temporarySize - createPodSubject(pod).volumes.temporarySum;
  return formatBytes(left / NANO_UNITS / BigInt(count));
}
