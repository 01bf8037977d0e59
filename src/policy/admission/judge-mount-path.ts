import { parseQuantity } from '../../lib/quantity.ts';
import type { Finding } from './check.ts';
import { canonicalMountPath, isAtOrUnder } from './mount-path.ts';
import type { Volume, VolumeMount } from './pod.ts';
import { type ContainerView, containerField, type PodSubject } from './pod-subject.ts';
import type { RolePolicy } from './role-policy.ts';
import { findVolume, isShadow } from './shadowed-paths.ts';
import { show } from './show.ts';

/** Where a token for the gateway and the installation's certificates are mounted. */
export const TOKEN_MOUNT_PATH = '/var/run/secrets/cloister';
const TEMPORARY = '/tmp';

/**
 * What the image's own programs and the container runtime stand on. A role reaches below one of these only by naming a
 * path there: `/` grants none of them.
 */
const SYSTEM_PATHS = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var/lib',
  '/var/run',
];

/** Volumes that the kubelet mounts read-only, whatever the mount says. */
const READ_ONLY_TYPES = ['configMap', 'downwardAPI', 'projected', 'secret'] as const;

/** One mount with its place. */
export interface Mount {
  readonly subject: PodSubject;
  readonly view: ContainerView;
  readonly mount: VolumeMount;
  readonly index: number;
}

/** Whether the role lets a volume be mounted there; null where it does. */
export function judgeMountPath(at: Mount, role: RolePolicy): Finding | null {
  const { subject, mount } = at;
  const path = canonicalMountPath(mount.mountPath ?? '');
  if (path === null) {
    return finding(
      at,
      show(mount.mountPath),
      'an absolute path below /, without .., . or //',
      'Write it out.',
    );
  }
  const denied = role.deniedPaths.find((root) => isAtOrUnder(path, root));
  if (denied !== undefined) {
    if (isShadow(subject, mount, path, role)) return null;
    const required = `nothing at or under ${denied} but an empty emptyDir with readOnly: true, written by no container`;
    return finding(at, path, required, `Remove the mount: the role ${role.name} denies ${denied}.`);
  }
  const volume = findVolume(subject, mount.name);
  const isReadOnly = mount.readOnly === true || READ_ONLY_TYPES.some((type) => volume?.[type]);
  if (isGranted(path, role.writablePaths)) return null;
  if (isReadOnly && isGranted(path, role.readablePaths)) return null;
  if (path === TOKEN_MOUNT_PATH && volume?.projected) return null;
  if (path === TEMPORARY && volume?.emptyDir) return judgeTemporary(at, volume, role);
  return refuse(at, { path, isReadOnly }, role);
}

function isGranted(path: string, roots: readonly string[]): boolean {
  const system = SYSTEM_PATHS.find((root) => isAtOrUnder(path, root));
  return roots.some((root) => isAtOrUnder(path, root) && (system === undefined || isAtOrUnder(root, system)));
}

function judgeTemporary({ subject, view }: Mount, volume: Volume, role: RolePolicy): Finding | null {
  const written = volume.emptyDir?.sizeLimit;
  const size = written === undefined || written === null ? null : parseQuantity(written);
  const ceiling = role.temporarySize;
  if (size !== null && ceiling !== null && size > 0n && size <= ceiling) return null;
  return {
    container: view.container.name ?? '',
    field: `spec.volumes[${(subject.spec.volumes ?? []).indexOf(volume)}].emptyDir.sizeLimit`,
    found: show(written),
    required:
      ceiling === null
        ? `no ${TEMPORARY}: the role ${role.name} grants none`
        : `above 0 and at most ${role.temporarySizeText}, the tmp size of the role ${role.name}`,
    fix: ceiling === null ? 'Remove the mount.' : 'Set the sizeLimit of the volume.',
  };
}

function refuse(
  at: Mount,
  { path, isReadOnly }: { readonly path: string; readonly isReadOnly: boolean },
  role: RolePolicy,
): Finding {
  if (!isReadOnly && isGranted(path, role.readablePaths)) {
    const required = `readOnly: true, since the role ${role.name} may only read there`;
    return finding(at, `${path}, writable`, required, 'Set readOnly to true.');
  }
  const roots = isReadOnly ? [...role.readablePaths, ...role.writablePaths] : role.writablePaths;
  const allowed = roots.length === 0 ? 'nothing' : `a path at or under ${roots.join(', ')}`;
  const fix = `Mount the volume under a path of the role ${role.name}, or have a tool with this path added to it.`;
  return finding(at, isReadOnly ? path : `${path}, writable`, allowed, fix);
}

function finding({ view, index }: Mount, found: string, required: string, fix: string): Finding {
  return {
    container: view.container.name ?? '',
    field: containerField(view, `volumeMounts[${index}].mountPath`),
    found,
    required,
    fix,
  };
}
