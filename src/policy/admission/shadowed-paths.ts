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
  const volume = findVolume(subject, mount.name);
  if (volume === undefined) return false;
  // The kubelet mounts these types read-only, whatever the mount sets.
  const { configMap, downwardAPI, projected, secret } = volume;
  return Boolean(configMap || downwardAPI || projected || secret);
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

/**
 * Returns the mount through which a container reaches a denied path: the deepest one above it, unless that is a shadow.
 * Null where there is none. A mount exactly at the denied path is granted or refused by itself.
 */
export function findOpening(
  subject: PodSubject,
  { container }: ContainerView,
  denied: string,
  role: RolePolicy,
): VolumeMount | null {
  let deepest: VolumeMount | null = null;
  let at = '';
  for (const mount of container.volumeMounts ?? []) {
    const path = canonicalMountPath(mount.mountPath ?? '');
    if (path === null || path.length < at.length || !isAtOrUnder(denied, path)) continue;
    deepest = mount;
    at = path;
  }
  if (deepest === null || at === denied || isShadow(subject, deepest, at, role)) return null;
  return deepest;
}
