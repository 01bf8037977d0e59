import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { isWritable } from '../../policy/admission/evaluate-mount-path.ts';
import type { Volume, VolumeMount } from '../../policy/pod/pod.ts';
import { isAtOrUnder } from '../../policy/roles/mount-path.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';

type SandboxVolume = AgentSandbox['spec']['volumes'][number];

/** The volumes of a sandbox as its pod has them. */
export interface RenderedVolumes {
  readonly volumes: readonly Volume[];
  readonly mounts: readonly VolumeMount[];
}

/**
 * Renders the volumes of a sandbox: read-only unless its role, narrowed for it, writes there. Whether the role grants the
 * path at all is for the contract to say.
 */
export function renderVolumes({ spec }: AgentSandbox, role: RolePolicy): RenderedVolumes {
  const rendered = spec.volumes.map((volume) => {
    const canWrite = volume.configMap === undefined && isWritable(volume.mountPath, role);
    return { volume: renderVolume(volume, canWrite), mounts: renderMounts(volume, canWrite, spec.narrow) };
  });
  return {
    volumes: rendered.map(({ volume }) => volume),
    mounts: rendered.flatMap(({ mounts }) => mounts),
  };
}

function renderVolume({ name, ...source }: SandboxVolume, canWrite: boolean): Volume {
  const { persistentVolumeClaim, configMap, ephemeral } = source;
  if (persistentVolumeClaim !== undefined) {
    // Read-only as a whole, so that the kubelet does not give the files of a shared volume to the agent's group.
    const { claimName } = persistentVolumeClaim;
    return { name, persistentVolumeClaim: canWrite ? { claimName } : { claimName, readOnly: true } };
  }
  if (configMap !== undefined) return { name, configMap: { name: configMap.name } };
  const { storageClassName, size } = ephemeral ?? {};
  const resources = { requests: { storage: size } };
  const spec = {
    accessModes: ['ReadWriteOnce'],
    ...(storageClassName ? { storageClassName } : {}),
    resources,
  };
  return { name, ephemeral: { volumeClaimTemplate: { spec } } };
}

/** The mount, and over it one of each path below that the sandbox wants read-only: the same files, by `subPath`. */
function renderMounts(
  { name, mountPath }: SandboxVolume,
  canWrite: boolean,
  narrow: AgentSandbox['spec']['narrow'],
): readonly VolumeMount[] {
  if (!canWrite) return [{ name, mountPath, readOnly: true }];
  const below = (narrow?.readOnlyPaths ?? []).filter(
    (path) => path !== mountPath && isAtOrUnder(path, mountPath),
  );
  return [
    { name, mountPath },
    ...below.map((path) => ({
      name,
      mountPath: path,
      subPath: path.slice(mountPath.length + 1),
      readOnly: true,
    })),
  ];
}
