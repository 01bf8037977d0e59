import { judgeMountPath } from '../admission/evaluate-mount-path.ts';
import type { Pod, VolumeMount } from '../pod/pod.ts';
import { createPodSubject, type PodSubject } from '../pod/pod-subject.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import { findOpening, isMountedReadOnly } from '../admission/shadowed-paths.ts';
import { changeContainers, changeSpec, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

const SHADOW = { name: 'cloister-shadow', emptyDir: { sizeLimit: '1Mi' } };

/** Mounts read-only what the role may only read, and covers what it denies; a mount elsewhere has to be decided. */
export const volumeMounts: Fix = {
  check: 'volume-mounts',
  apply: (pod, { role }) => coverDenied(closeMounts(pod, role), role),
};

function closeMounts(pod: Pod, role: RolePolicy): Pod {
  const subject = createPodSubject(pod);
  return changeContainers(pod, (container) => {
    const view = subject.containers.find((one) => one.container === container);
    if (view === undefined || !container.volumeMounts) return container;
    const mounts = container.volumeMounts.map((written, index) => {
      const mount = written.mountPropagation ? without(written, 'mountPropagation') : written;
      const readOnly: VolumeMount = { ...mount, readOnly: true };
      const isRefused = judgeMountPath({ subject, view, mount, index }, role) !== null;
      const isCured = judgeMountPath({ subject, view, mount: readOnly, index }, role) === null;
      return isRefused && isCured ? readOnly : mount;
    });
    return { ...container, volumeMounts: mounts };
  });
}

function coverDenied(pod: Pod, role: RolePolicy): Pod {
  if (pod.spec?.volumes?.some(({ name }) => name === SHADOW.name)) return pod;
  const subject = createPodSubject(pod);
  let covers = false;
  const changed = changeContainers(pod, (container) => {
    const mounts = openPaths(subject, container, role).map((mountPath) => ({
      name: SHADOW.name,
      mountPath,
      readOnly: true,
    }));
    if (mounts.length === 0) return container;
    covers = true;
    return { ...container, volumeMounts: [...(container.volumeMounts ?? []), ...mounts] };
  });
  if (!covers) return pod;
  return changeSpec(changed, (spec) => ({ ...spec, volumes: [...(spec.volumes ?? []), SHADOW] }));
}

/** The paths below a mount of the container that have to be covered. */
function openPaths(subject: PodSubject, container: unknown, role: RolePolicy): readonly string[] {
  const view = subject.containers.find((one) => one.container === container);
  if (view === undefined) return [];
  return [...role.deniedPaths, ...role.unwritablePaths].filter((path, index, all) => {
    const mount = findOpening(subject, view, path, role);
    if (mount === null || all.indexOf(path) !== index) return false;
    return role.deniedPaths.includes(path) || !isMountedReadOnly(subject, mount);
  });
}
