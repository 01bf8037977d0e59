import { CERTIFICATE_AUTHORITY } from '../../api/names.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';
import type { Volume, VolumeMount } from '../pod/pod.ts';
import { type ContainerView, inContainer, type PodSubject } from '../pod/pod-subject.ts';
import { isCertificateVolume, RUNTIME, TEMPORARY } from '../pod/pod-volumes.ts';
import { isBounded } from '../pod/scratch-volume.ts';
import { canonicalMountPath, isAtOrUnder } from '../roles/mount-path.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import { findVolume, isMountedReadOnly, isShadow } from './shadowed-paths.ts';

/** The path at which a token for the gateway is mounted. */
const TOKEN_MOUNT_PATH = '/var/run/secrets/cloister';

/**
 * Paths that the programs of the image and the container runtime depend on. A role grants one only by a path at or below
 * it: `/` grants none of them.
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

/** Sizes that a message lists one by one. */
const MAX_LISTED_SIZES = 16;

/** One mount and its place in the pod. */
export interface Mount {
  readonly subject: PodSubject;
  readonly view: ContainerView;
  readonly mount: VolumeMount;
  readonly index: number;
}

/** A mount's path in canonical form, and whether anything can be written through it. */
interface ResolvedMount {
  readonly path: string;
  readonly isReadOnly: boolean;
}

/** The container, volume and path of a field of a mount, for a finding. */
export function inMount(
  { view, mount, index }: Mount,
  field: keyof VolumeMount,
): { readonly container: string; readonly item: string; readonly field: string } {
  return { ...inContainer(view, `volumeMounts[${index}].${field}`), item: `volume "${mount.name ?? ''}"` };
}

/** Returns why the role does not allow a volume to be mounted at its path; null where it does. */
export function evaluateMountPath(at: Mount, role: RolePolicy): Finding | null {
  const { subject, mount } = at;
  const path = canonicalMountPath(mount.mountPath ?? '');
  if (path === null) {
    return refuse(at, {
      required: 'must be an absolute path below "/", without ".", ".." or "//"',
      fix: 'Write the path in full.',
    });
  }
  if (isShadow(subject, mount, path, role)) return null;
  const isReadOnly = isMountedReadOnly(subject, mount);
  if (isReadOnly ? isReadable(path, role) : isWritable(path, role)) return null;
  return evaluateUngranted(at, { path, isReadOnly }, role);
}

/** The same for a path that the role's tools do not grant as it is mounted. */
function evaluateUngranted(at: Mount, resolved: ResolvedMount, role: RolePolicy): Finding | null {
  const { path, isReadOnly } = resolved;
  const denied = findDenied(path, isReadOnly, role);
  const volume = findVolume(at.subject, at.mount.name);
  // What a pod needs to reach its gateway holds no files of the role: a role that denies /etc denies none of it.
  if (path === TOKEN_MOUNT_PATH && volume?.projected) return null;
  if (path === CERTIFICATE_AUTHORITY.mountPath && isCertificateVolume(volume)) return null;
  if (denied === undefined && volume?.emptyDir) {
    if (path === TEMPORARY) return evaluateTemporary(at, volume, role);
    if (path === RUNTIME.path) return evaluateRuntime(at, volume, role);
  }
  if (!isReadOnly && isReadable(path, role)) return refuseWritable(at, role);
  return denied === undefined ? refuseElsewhere(at, resolved, role) : refuseDenied(at, denied, role);
}

/** Whether a root covers the path with no denied path between them, and grants a system path only by a root at or below it. */
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

/** Whether the tools of the role grant a path for writing. */
export function isWritable(path: string, { writablePaths, unwritablePaths }: RolePolicy): boolean {
  return isGranted(path, writablePaths, unwritablePaths);
}

function findDenied(path: string, isReadOnly: boolean, role: RolePolicy): string | undefined {
  const covers = (root: string) => isAtOrUnder(path, root);
  return role.deniedPaths.find(covers) ?? (isReadOnly ? undefined : role.unwritablePaths.find(covers));
}

/** Whether the role lets an `emptyDir` be mounted at a path for scratch files. */
export function isScratchGranted(path: string, role: RolePolicy): boolean {
  return role.temporarySize !== null && findDenied(path, false, role) === undefined;
}

function evaluateTemporary(at: Mount, volume: Volume, role: RolePolicy): Finding | null {
  if (role.temporarySize === null) return refuseScratch(at, role);
  const { byName, temporary, temporarySum } = at.subject.volumes;
  // A volume without a limit is refused by `volume-types`.
  if (!isBounded(volume) || temporarySum <= role.temporarySize) return null;
  const sizes = temporary.slice(0, MAX_LISTED_SIZES).map(({ emptyDir }) => show(emptyDir?.sizeLimit));
  return {
    item: `volume "${volume.name ?? ''}"`,
    field: `spec.volumes[${byName.get(volume.name ?? '')?.index}].emptyDir.sizeLimit`,
    found: sizes.join(' + '),
    required: `must be at most ${show(role.temporarySizeText)} for all volumes at ${TEMPORARY} together, the tmp size of role "${role.name}"`,
    fix: `Lower the sizeLimit of the volumes at ${TEMPORARY}.`,
  };
}

/** No role has a size for it: sockets and process IDs need little. */
function evaluateRuntime(at: Mount, volume: Volume, role: RolePolicy): Finding | null {
  if (role.temporarySize === null) return refuseScratch(at, role);
  const sizeLimit = volume.emptyDir?.sizeLimit;
  const isSmall = (parseQuantity(sizeLimit ?? 0) ?? 0n) <= (parseQuantity(RUNTIME.size) ?? 0n);
  // A volume without a limit is refused by `volume-types`.
  if (!isBounded(volume) || isSmall) return null;
  return {
    item: `volume "${volume.name ?? ''}"`,
    field: `spec.volumes[${at.subject.volumes.byName.get(volume.name ?? '')?.index}].emptyDir.sizeLimit`,
    found: show(sizeLimit),
    required: `must be at most "${RUNTIME.size}" for a volume at ${RUNTIME.path}`,
    fix: `Lower it. Files that need more space belong in ${TEMPORARY}.`,
  };
}

function refuseScratch(at: Mount, role: RolePolicy): Finding {
  return refuse(at, {
    required: `must not be ${show(at.mount.mountPath)}, because role "${role.name}" grants no scratch space`,
    fix: 'Remove the mount, or set tmp.size in the AgentRole.',
  });
}

function refuseWritable(at: Mount, role: RolePolicy): Finding {
  return refuse(at, {
    found: `${show(at.mount.mountPath)} and writable`,
    required: `must be mounted read-only, because role "${role.name}" may only read there`,
    fix: 'Set readOnly of the mount to true.',
  });
}

function refuseDenied(at: Mount, denied: string, role: RolePolicy): Finding {
  return refuse(at, {
    required: `must not be at or under ${show(denied)}, which role "${role.name}" denies`,
    fix: `Remove the mount. Only an emptyDir that no container writes to may be mounted at ${show(denied)}, with readOnly: true.`,
  });
}

function refuseElsewhere(at: Mount, resolved: ResolvedMount, role: RolePolicy): Finding {
  return refuse(at, {
    found: resolved.isReadOnly ? show(at.mount.mountPath) : `${show(at.mount.mountPath)} and writable`,
    required: requiredPath(resolved, role),
    fix: 'Mount the volume at or under a path of the role, or add a tool with this path to the AgentRole.',
  });
}

/** Describes where the role lets a volume be mounted, for a path that none of its denied paths covers. */
function requiredPath({ path, isReadOnly }: ResolvedMount, role: RolePolicy): string {
  const { name, readablePaths, writablePaths } = role;
  const mayWrite = writablePaths.length > 0;
  const roots = !isReadOnly && mayWrite ? writablePaths : [...new Set([...readablePaths, ...writablePaths])];
  if (roots.length === 0) return `must not be used, because role "${name}" grants no paths`;
  // A root that covers the path and does not grant it is above a system path.
  if (roots.some((root) => isAtOrUnder(path, root))) {
    return `must not be in a system directory in which role "${name}" grants no path`;
  }
  const list = roots.map(show).join(' or ');
  if (isReadOnly) return `must be at or under ${list}, where role "${name}" may read`;
  return mayWrite
    ? `must be at or under ${list}, where role "${name}" may write`
    : `must be read-only and at or under ${list}, where role "${name}" may only read`;
}

function refuse(
  at: Mount,
  finding: { readonly found?: string; readonly required: string; readonly fix: string },
): Finding {
  return { ...inMount(at, 'mountPath'), found: show(at.mount.mountPath), ...finding };
}
