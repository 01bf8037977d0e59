import { canonicalMountPath } from '../roles/mount-path.ts';
import { CERTIFICATE_AUTHORITY } from '../../api/names.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import type { PodSpec, Volume } from './pod.ts';
import type { ContainerView } from './pod-subject.ts';

export const TEMPORARY = '/tmp';

/** Where programs put sockets and process IDs, and how large a volume there may be. */
export const RUNTIME = { path: '/var/run', size: '10Mi' } as const;

/** What the mounts of a pod are evaluated with. */
export interface PodVolumes {
  /** By name, with the place in `spec.volumes`; of two with one name the first. */
  readonly byName: ReadonlyMap<string, { readonly volume: Volume; readonly index: number }>;
  /** Names of the volumes that some container may write to. */
  readonly written: ReadonlySet<string>;
  /** Every `emptyDir` that some container has at `/tmp`: the role's size is for the pod. */
  readonly temporary: readonly Volume[];
  /** Their sizes together, in nano-units. */
  readonly temporarySum: bigint;
}

/**
 * Gathers the volumes of a pod. Once: searched again for every mount, a pod of a thousand volumes and mounts kept the
 * webhook from every other pod for half a minute.
 */
export function gatherVolumes(spec: PodSpec, containers: readonly ContainerView[]): PodVolumes {
  const byName = nameVolumes(spec.volumes ?? []);
  const written = new Set<string>();
  const atTemporary = new Set<string>();
  for (const { container } of containers) {
    for (const { name, readOnly, mountPath } of container.volumeMounts ?? []) {
      if (readOnly !== true) written.add(name ?? '');
      if (isTemporary(mountPath ?? '')) atTemporary.add(name ?? '');
    }
  }
  const temporary: Volume[] = [];
  for (const name of atTemporary) {
    const volume = byName.get(name)?.volume;
    if (volume?.emptyDir) temporary.push(volume);
  }
  return { byName, written, temporary, temporarySum: sumOfSizes(temporary) };
}

function sumOfSizes(volumes: readonly Volume[]): bigint {
  let sum = 0n;
  for (const { emptyDir } of volumes) sum += parseQuantity(emptyDir?.sizeLimit ?? 0) ?? 0n;
  return sum;
}

function nameVolumes(volumes: readonly Volume[]): PodVolumes['byName'] {
  const byName = new Map<string, { volume: Volume; index: number }>();
  for (const [index, volume] of volumes.entries()) {
    if (volume && !byName.has(volume.name ?? '')) byName.set(volume.name ?? '', { volume, index });
  }
  return byName;
}

function isTemporary(path: string): boolean {
  return path === TEMPORARY || (path.startsWith(TEMPORARY) && canonicalMountPath(path) === TEMPORARY);
}

/** Whether the volume is the ConfigMap with the certificates of the gateway's authority, whole and required. */
export function isCertificateVolume(volume: Volume | undefined): boolean {
  const { configMap } = volume ?? {};
  if (volume?.name !== CERTIFICATE_AUTHORITY.volume || configMap?.name !== CERTIFICATE_AUTHORITY.configMap) {
    return false;
  }
  // With `items` the author of the pod chooses which file contains which certificate.
  const { items, optional } = configMap;
  return !(Array.isArray(items) && items.length > 0) && optional !== true;
}
