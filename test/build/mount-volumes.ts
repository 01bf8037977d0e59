import type { VolumeMount } from '../../src/policy/pod/pod.ts';
import type { Writable, WritablePod } from './pod.ts';

/** Adds volumes of the usual kinds (`data`, `nothing`, `settings`, `token`) to the pod and mounts some into the agent. */
export function mountVolumes({ spec }: WritablePod, ...mounts: Writable<VolumeMount>[]): void {
  spec.volumes = [
    ...(spec.volumes ?? []),
    { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
    { name: 'nothing', emptyDir: { sizeLimit: '1Mi' } },
    { name: 'settings', configMap: { name: 'settings' } },
    {
      name: 'token',
      projected: { sources: [{ serviceAccountToken: { audience: 'cloister-gateway', path: 'token' } }] },
    },
  ];
  spec.containers[0].volumeMounts = [...(spec.containers[0].volumeMounts ?? []), ...mounts];
}
