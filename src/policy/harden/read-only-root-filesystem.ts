import { canonicalMountPath } from '../roles/mount-path.ts';
import type { Container, Pod } from '../pod/pod.ts';
import { changeContainers, changeSpec, setSecurityContext, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';
import { isStartGate } from './start-gate.ts';
import { SCRATCH_PATH, scratchSize } from '../pod/scratch-volume.ts';

const VOLUME = 'tmp';

/** Closes the image to writing, and opens `/tmp` instead where the role grants scratch space. */
export const readOnlyRootFilesystem: Fix = {
  check: 'read-only-root-filesystem',
  apply: (pod, context) => {
    const size = scratchSize(pod, context.role, 1);
    const volume = pod.spec?.volumes?.find(({ name }) => name === VOLUME);
    const canMount = volume ? !!volume.emptyDir : size !== null;
    let mounts = false;
    const closed = changeContainers(pod, (written, position) => {
      const container = written.terminationMessagePath ? without(written, 'terminationMessagePath') : written;
      if (container.securityContext?.readOnlyRootFilesystem === true) return container;
      const readOnly = setSecurityContext(container, { readOnlyRootFilesystem: true });
      if (!canMount || position === 'EphemeralContainer' || hasScratch(container)) return readOnly;
      // The gate runs as it was built, and writes nothing.
      if (isStartGate(container, context)) return readOnly;
      mounts = true;
      const mount = { name: VOLUME, mountPath: SCRATCH_PATH };
      return { ...readOnly, volumeMounts: [...(container.volumeMounts ?? []), mount] };
    });
    return mounts && !volume ? addVolume(closed, size ?? '') : closed;
  },
};

function hasScratch({ volumeMounts }: Container): boolean {
  return (volumeMounts ?? []).some(({ mountPath }) => canonicalMountPath(mountPath ?? '') === SCRATCH_PATH);
}

function addVolume(pod: Pod, sizeLimit: string): Pod {
  return changeSpec(pod, (spec) => ({
    ...spec,
    volumes: [...(spec.volumes ?? []), { name: VOLUME, emptyDir: { sizeLimit } }],
  }));
}
