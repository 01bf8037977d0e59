import { parseQuantity } from '../../lib/quantity.ts';
import { canonicalMountPath } from '../roles/mount-path.ts';
import type { Pod, Volume } from './pod.ts';
import { createPodSubject } from './pod-subject.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import { formatBytes } from '../../lib/format-amount.ts';

export const SCRATCH_PATH = '/tmp';
/** What a scratch volume is given where its author names no size. */
const USUAL_SIZE = 64n << 20n;
const NANO = 1_000_000_000n;

/** Whether some container has the volume at `/tmp`. */
export function isScratch(pod: Pod, { name }: Volume): boolean {
  return createPodSubject(pod).containers.some(({ container }) =>
    (container.volumeMounts ?? []).some(
      (mount) => mount.name === name && canonicalMountPath(mount.mountPath ?? '') === SCRATCH_PATH,
    ),
  );
}

/**
 * A size for each of `count` volumes at `/tmp` that have none: the usual one, or less where the role's size, which is
 * for all of them together, leaves less. Null where it leaves nothing.
 */
export function scratchSize(pod: Pod, role: RolePolicy, count: number): string | null {
  if (role.temporarySize === null) return null;
  const taken = (pod.spec?.volumes ?? [])
    .filter((volume) => volume.emptyDir && isScratch(pod, volume))
    .reduce((sum, { emptyDir }) => sum + (parseQuantity(emptyDir?.sizeLimit ?? 0) ?? 0n), 0n);
  const share = (role.temporarySize - taken) / NANO / BigInt(count);
  return formatBytes(share < USUAL_SIZE ? share : USUAL_SIZE);
}

/** The size of a volume that is not at `/tmp`. */
export const usualSize: string = formatBytes(USUAL_SIZE) ?? '';
