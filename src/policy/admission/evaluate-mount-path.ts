import type { Finding } from './check.ts';
import { canonicalMountPath, isAtOrUnder } from '../roles/mount-path.ts';
import type { Volume, VolumeMount } from '../pod/pod.ts';
import { type ContainerView, containerField, type PodSubject } from '../pod/pod-subject.ts';
import { TEMPORARY, volumesOf } from '../pod/pod-volumes.ts';
import { readAmount } from '../pod/read-amount.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import { findVolume, isMountedReadOnly, isShadow } from './shadowed-paths.ts';
import { show } from '../../lib/show.ts';

/** Where a token for the gateway and the installation's certificates are mounted. */
export const TOKEN_MOUNT_PATH = '/var/run/secrets/cloister';

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

/** Sizes that a message adds up before the reader. */
const MOST_TOLD = 16;

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
  if (isShadow(subject, mount, path, role)) return null;
  const volume = findVolume(subject, mount.name);
  const isReadOnly = isMountedReadOnly(subject, mount);
  if (isReadOnly ? isReadable(path, role) : isWritable(path, role)) return null;
  const denied = findDenied(path, isReadOnly, role);
  if (denied !== undefined) {
    const required = `nothing at or under ${denied} but an empty emptyDir with readOnly: true, written by no container`;
    return finding(at, path, required, `Remove the mount: the role ${role.name} denies ${denied}.`);
  }
  if (path === TOKEN_MOUNT_PATH && volume?.projected) return null;
  if (path === TEMPORARY && volume?.emptyDir) return judgeTemporary(at, volume, role);
  return refuse(at, { path, isReadOnly }, role);
}

/** Whether a root covers the path with no denied path between them, and reaches a path of the system only by naming it. */
function isGranted(path: string, roots: readonly string[], deniedPaths: readonly string[]): boolean {
  const system = SYSTEM_PATHS.find((root) => isAtOrUnder(path, root));
  return roots.some(
    (root) =>
      isAtOrUnder(path, root) &&
      (system === undefined || isAtOrUnder(root, system)) &&
      !deniedPaths.some(
        (denied) => denied !== root && isAtOrUnder(denied, root) && isAtOrUnder(path, denied),
      ),
  );
}

function isReadable(path: string, { readablePaths, writablePaths, deniedPaths }: RolePolicy): boolean {
  return isGranted(path, readablePaths, deniedPaths) || isGranted(path, writablePaths, deniedPaths);
}

function isWritable(path: string, { writablePaths, unwritablePaths }: RolePolicy): boolean {
  return isGranted(path, writablePaths, unwritablePaths);
}

function findDenied(path: string, isReadOnly: boolean, role: RolePolicy): string | undefined {
  const covers = (root: string) => isAtOrUnder(path, root);
  return role.deniedPaths.find(covers) ?? (isReadOnly ? undefined : role.unwritablePaths.find(covers));
}

function judgeTemporary({ subject, view }: Mount, volume: Volume, role: RolePolicy): Finding | null {
  const written = volume.emptyDir?.sizeLimit ?? null;
  const size = written === null ? null : readAmount(written);
  const ceiling = role.temporarySize;
  const { byName, temporary: all, temporarySum } = subject.volumes;
  if (size !== null && size > 0n && ceiling !== null && temporarySum <= ceiling) return null;
  return {
    container: view.container.name ?? '',
    field: `spec.volumes[${byName.get(volume.name ?? '')?.index}].emptyDir.sizeLimit`,
    found: show(
      all
        .slice(0, MOST_TOLD)
        .map(({ emptyDir }) => show(emptyDir?.sizeLimit))
        .join(' + '),
    ),
    required:
      ceiling === null
        ? `no ${TEMPORARY}: the role ${role.name} grants none`
        : `above 0, and all volumes at ${TEMPORARY} together at most ${role.temporarySizeText}, the tmp size of the role ${role.name}`,
    fix: ceiling === null ? 'Remove the mount.' : 'Set the sizeLimit of the volume.',
  };
}

function refuse(
  at: Mount,
  { path, isReadOnly }: { readonly path: string; readonly isReadOnly: boolean },
  role: RolePolicy,
): Finding {
  if (!isReadOnly && isReadable(path, role)) {
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
