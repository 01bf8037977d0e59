import { canonicalMountPath, isAtOrUnder } from './mount-path.ts';
import type { Volume, VolumeMount } from './pod.ts';
import type { ContainerView, PodSubject } from './pod-subject.ts';
import type { RolePolicy } from './role-policy.ts';

/** The volume of that name. */
export function findVolume({ spec }: PodSubject, name: string | undefined): Volume | undefined {
  for (const volume of spec.volumes ?? []) if (volume.name === name) return volume;
  return undefined;
}

/**
 * Whether a mount covers a denied path with nothing: an `emptyDir` mounted read-only exactly there, which no container of
 * the pod may write to, so that it stays empty.
 */
export function isShadow(subject: PodSubject, mount: VolumeMount, path: string, role: RolePolicy): boolean {
  if (mount.readOnly !== true || !role.deniedPaths.includes(path)) return false;
  if (!findVolume(subject, mount.name)?.emptyDir) return false;
  return subject.containers.every(({ container }) =>
    (container.volumeMounts ?? []).every((other) => other.name !== mount.name || other.readOnly === true),
  );
}

/**
 * The mount through which a denied path can be reached in a container: the deepest one above it. Null where there is
 * none, or where that one is itself at or under a denied path: it is a shadow then, or refused for itself.
 */
export function findOpening(
  { container }: ContainerView,
  denied: string,
  role: RolePolicy,
): VolumeMount | null {
  let deepest: VolumeMount | null = null;
  let depth = 0;
  for (const mount of container.volumeMounts ?? []) {
    const path = canonicalMountPath(mount.mountPath ?? '');
    if (path === null || path.length < depth || !isAtOrUnder(denied, path)) continue;
    deepest = mount;
    depth = path.length;
  }
  if (deepest === null) return null;
  const covering = canonicalMountPath(deepest.mountPath ?? '') ?? '';
  return role.deniedPaths.some((path) => isAtOrUnder(covering, path)) ? null : deepest;
}
