import { CERTIFICATE_AUTHORITY } from '../../api/names.ts';
import { canonicalMountPath } from '../roles/mount-path.ts';
import { changeContainers, changeSpec } from './change-pod.ts';
import type { Container, Pod, Volume, VolumeMount } from './pod.ts';
import { isCertificateVolume } from './pod-volumes.ts';

/** How a container mounts the certificates of the gateway's authority. */
export const CERTIFICATE_MOUNT: VolumeMount = {
  name: CERTIFICATE_AUTHORITY.volume,
  mountPath: CERTIFICATE_AUTHORITY.mountPath,
  readOnly: true,
};

const VOLUME: Volume = {
  name: CERTIFICATE_AUTHORITY.volume,
  configMap: { name: CERTIFICATE_AUTHORITY.configMap },
};

/**
 * Mounts the certificates of the gateway's authority in every container that has nothing there, but for ephemeral ones and
 * those of which `isLeftOut` is true. A pod whose volume of that name is another is given back as it is.
 */
export function mountCertificates(pod: Pod, isLeftOut: (container: Container) => boolean): Pod {
  const volume = pod.spec?.volumes?.find(({ name }) => name === VOLUME.name);
  if (volume !== undefined && !isCertificateVolume(volume)) return pod;
  const changed = changeContainers(pod, (container, position) => {
    const mounts = container.volumeMounts ?? [];
    if (position === 'EphemeralContainer' || hasMountThere(mounts) || isLeftOut(container)) return container;
    return { ...container, volumeMounts: [...mounts, CERTIFICATE_MOUNT] };
  });
  if (changed === pod || volume !== undefined) return changed;
  return changeSpec(changed, (spec) => ({ ...spec, volumes: [...(spec.volumes ?? []), VOLUME] }));
}

/** Whether a container has the certificates where programs look for them. */
export function hasCertificates(pod: Pod, { volumeMounts }: Container): boolean {
  const mount = volumeMounts?.find(isThere);
  return isCertificateVolume(pod.spec?.volumes?.find(({ name }) => name === mount?.name));
}

function hasMountThere(mounts: readonly VolumeMount[]): boolean {
  return mounts.some(isThere);
}

function isThere({ mountPath }: VolumeMount): boolean {
  return canonicalMountPath(mountPath ?? '') === CERTIFICATE_AUTHORITY.mountPath;
}
