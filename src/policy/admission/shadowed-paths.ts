import { canonicalMountPath, isAtOrUnder } from '../roles/mount-path.ts';
import type { Volume, VolumeMount } from '../pod/pod.ts';
import type { ContainerView, PodSubject } from '../pod/pod-subject.ts';
import type { RolePolicy } from '../roles/role-policy.ts';

/** Returns the volume with that name. */
export function findVolume(subject: PodSubject, name: string | undefined): Volume | undefined {
  return subject.volumes.byName.get(name ?? '')?.volume;
}

/** Whether nothing can be written through the mount. */
export function isMountedReadOnly(subject: PodSubject, mount: VolumeMount): boolean {
  if (mount.readOnly === true) return true;
  // The kubelet mounts these types read-only, whatever the mount sets.
  return isOfKubelet(findVolume(subject, mount.name));
}

/** Whether the kubelet writes the files of the volume, from objects of the API server. */
function isOfKubelet(volume: Volume | undefined): boolean {
  return Boolean(volume?.configMap || volume?.['downwardAPI'] || volume?.projected || volume?.['secret']);
}

/**
 * Whether the files of the mount are replaced while the pod runs: for each change the kubelet makes a new folder and moves a
 * symbolic link to it (`pkg/volume/util/atomic_writer.go`), and what was mounted in the old folder does not move along. A
 * mount with `subPath` never changes.
 */
export function isReplaced(subject: PodSubject, mount: VolumeMount): boolean {
  return !mount.subPath && isOfKubelet(findVolume(subject, mount.name));
}

/**
 * Whether a mount shadows a denied path: an `emptyDir` mounted read-only exactly there, which no container of the pod may
 * write to, so that it stays empty.
 */
export function isShadow(subject: PodSubject, mount: VolumeMount, path: string, role: RolePolicy): boolean {
  if (mount.readOnly !== true) return false;
  if (!role.deniedPaths.includes(path) && !role.unwritablePaths.includes(path)) return false;
  if (!findVolume(subject, mount.name)?.emptyDir) return false;
  return !subject.volumes.written.has(mount.name ?? '');
}

/** A mount and its path in canonical form. */
export interface PlacedMount {
  readonly mount: VolumeMount;
  readonly path: string;
}

/** Returns the mounts of a container that have a canonical path, the deepest first. */
export function placeMounts({ container }: ContainerView): readonly PlacedMount[] {
  return (container.volumeMounts ?? [])
    .flatMap((mount) => {
      const path = canonicalMountPath(mount.mountPath ?? '');
      return path === null ? [] : [{ mount, path }];
    })
    .toSorted((one, other) => other.path.length - one.path.length);
}

/**
 * Returns the mount through which a container reaches a denied path: the deepest one above it that is not a shadow, if no
 * shadow covers it, or none that stays when its files are replaced. Null where there is none. A mount exactly at the denied
 * path is granted or refused by itself. `mounts` are those of the container, of {@link placeMounts}.
 */
export function findOpening(
  subject: PodSubject,
  mounts: readonly PlacedMount[],
  denied: string,
  role: RolePolicy,
): VolumeMount | null {
  const above = mounts.filter(({ path }) => isAtOrUnder(denied, path));
  const [deepest] = above;
  if (deepest === undefined) return null;
  if (isShadow(subject, deepest.mount, deepest.path, role)) {
    const covered = above.find(({ mount, path }) => !isShadow(subject, mount, path, role));
    return covered !== undefined && isReplaced(subject, covered.mount) ? covered.mount : null;
  }
  return deepest.path === denied ? null : deepest.mount;
}
