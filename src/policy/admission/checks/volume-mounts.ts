import { show } from '../../../lib/show.ts';
import { changeContainers, changeSpec, without } from '../../pod/change-pod.ts';
import type { Container, Pod, VolumeMount } from '../../pod/pod.ts';
import {
  type ContainerView,
  createPodSubject,
  EVERY_CONTAINER,
  inContainer,
  type PodSubject,
} from '../../pod/pod-subject.ts';
import { isCertificateVolume } from '../../pod/pod-volumes.ts';
import { canonicalMountPath } from '../../roles/mount-path.ts';
import type { RolePolicy } from '../../roles/role-policy.ts';
import type { Check, Report } from '../check.ts';
import { evaluateMountPath, inMount, type Mount } from '../evaluate-mount-path.ts';
import { findOpening, findVolume, isMountedReadOnly, isReplaced, placeMounts } from '../shadowed-paths.ts';
import { isRefusedType } from './volume-types.ts';

const SHADOW = { name: 'cloister-shadow', emptyDir: { sizeLimit: '1Mi' } };

/**
 * Volumes must be mounted only where the role grants files.
 *
 * Field: `volumeMounts` of every container, in all three lists.
 * Allowed: read-only at or under a path with `file:read` or `file:write`, writable at or under one with `file:write`;
 * `/tmp` from an `emptyDir` no larger than the role's, `/var/run` from one of at most 10 MiB; whatever the role denies,
 * `/var/run/secrets/cloister` from a projected volume and `/etc/cloister` from the ConfigMap `cloister-ca`. A path that
 * the role denies below a mount, and grants by no other tool, must be covered by an empty read-only `emptyDir` in the
 * same container, and must not be below a mount of a ConfigMap or another volume whose files the kubelet replaces. No `subPathExpr` (its value is known only on the node), no `..` in `subPath`, no mount propagation.
 * The path of a volume whose type is refused is not evaluated: the volume has to go, and its mounts with it.
 */
export const volumeMounts: Check = {
  name: 'volume-mounts',
  summary:
    'Volumes are mounted only at or under paths of the role, and writable only where the role may write.',
  rationale:
    'An agent can read and change what is mounted without asking the gateway: for files, the mount is the permission.',
  fields: ['spec.containers[*].volumeMounts'],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: (subject, { role }, report) => {
    if (role === null) return;
    const reported = new Set<string>();
    for (const view of subject.containers) {
      for (const [index, mount] of (view.container.volumeMounts ?? []).entries()) {
        if (!mount) continue;
        const at: Mount = { subject, view, mount, index };
        const finding = isOfRefusedVolume(subject, mount) ? null : evaluateMountPath(at, role);
        // The size of a volume at /tmp is reported once, however many containers mount it.
        if (finding !== null && !reported.has(finding.field)) report(finding);
        if (finding !== null) reported.add(finding.field);
        evaluateOptions(at, report);
      }
      evaluateOpenings(subject, view, role, report);
    }
  },
  fix: (pod, { role }) => coverDenied(closeMounts(pod, role), role),
};

/** Whether the volume of the mount is refused for its type by `host-path` or `volume-types`, which no exemption lifts. */
function isOfRefusedVolume(subject: PodSubject, { name }: VolumeMount): boolean {
  const volume = findVolume(subject, name);
  return volume !== undefined && isRefusedType(volume);
}

function evaluateOptions(at: Mount, report: Report): void {
  const { mount } = at;
  const refuse = (option: keyof VolumeMount, required: string, fix: string): void =>
    report({ ...inMount(at, option), found: show(mount[option]), required, fix });
  if (mount.subPath && canonicalMountPath(`/${mount.subPath}`) === null) {
    refuse(
      'subPath',
      'must be a path below the root of the volume, without ".", ".." or "//"',
      'Write the path in full.',
    );
  }
  if (mount.subPathExpr) refuse('subPathExpr', 'must not be set', 'Use subPath instead.');
  if (mount.mountPropagation && mount.mountPropagation !== 'None') {
    refuse('mountPropagation', 'must be "None" or not set', 'Remove it.');
  }
}

/** Reports the paths below the mounts of a container that the role denies and no empty volume covers. */
function evaluateOpenings(subject: PodSubject, view: ContainerView, role: RolePolicy, report: Report): void {
  for (const { path, mount } of findOpenings(subject, view, role)) {
    if (isOfRefusedVolume(subject, mount)) continue;
    const rule = role.deniedPaths.includes(path) ? 'denies' : 'may not write';
    const place = { ...inContainer(view, 'volumeMounts'), item: `volume "${mount.name ?? ''}"` };
    if (isReplaced(subject, mount)) {
      report({
        ...place,
        found: `mounted at ${show(mount.mountPath)}, above ${show(path)}`,
        required: `must not be mounted above ${show(path)}, which role "${role.name}" ${rule}, because the kubelet replaces its files, and a mount that covers the path does not move along`,
        fix: 'Mount what the agent needs of the volume with subPath, or below another path.',
      });
      continue;
    }
    report({
      ...place,
      found: `without a mount at ${show(path)} below ${show(mount.mountPath)}`,
      required: `must have an empty read-only emptyDir at ${show(path)}, which role "${role.name}" ${rule}`,
      fix: `Add an emptyDir with a sizeLimit to spec.volumes, and mount it at ${show(path)} with readOnly: true.`,
    });
  }
}

interface Opening {
  readonly path: string;
  /** The mount through which the container reaches the path. */
  readonly mount: VolumeMount;
}

function findOpenings(subject: PodSubject, view: ContainerView, role: RolePolicy): readonly Opening[] {
  const mounts = placeMounts(view);
  if (mounts.length === 0) return [];
  const openings: Opening[] = [];
  for (const path of new Set([...role.deniedPaths, ...role.unwritablePaths])) {
    const mount = findOpening(subject, mounts, path, role);
    if (mount === null || isCertificateVolume(findVolume(subject, mount.name))) continue;
    if (role.deniedPaths.includes(path) || !isMountedReadOnly(subject, mount)) openings.push({ path, mount });
  }
  return openings;
}

/** Makes mounts read-only where the role may only read. A mount at another path has to be decided. */
function closeMounts(pod: Pod, role: RolePolicy): Pod {
  const subject = createPodSubject(pod);
  return changeEachView(pod, subject, (view) => {
    const { container } = view;
    if (!container.volumeMounts) return container;
    const mounts = container.volumeMounts.map((written, index) => {
      const mount = written.mountPropagation ? without(written, 'mountPropagation') : written;
      const readOnly: VolumeMount = { ...mount, readOnly: true };
      const isRefused = evaluateMountPath({ subject, view, mount, index }, role) !== null;
      const isCured = evaluateMountPath({ subject, view, mount: readOnly, index }, role) === null;
      return isRefused && isCured ? readOnly : mount;
    });
    return { ...container, volumeMounts: mounts };
  });
}

/** Covers the denied paths below the mounts of every container with one empty volume. */
function coverDenied(pod: Pod, role: RolePolicy): Pod {
  if (pod.spec?.volumes?.some(({ name }) => name === SHADOW.name)) return pod;
  const subject = createPodSubject(pod);
  const changed = changeEachView(pod, subject, (view) => {
    const shadows = findOpenings(subject, view, role)
      .filter(({ mount }) => !isReplaced(subject, mount))
      .map(({ path }) => ({ name: SHADOW.name, mountPath: path, readOnly: true }));
    if (shadows.length === 0) return view.container;
    return { ...view.container, volumeMounts: [...(view.container.volumeMounts ?? []), ...shadows] };
  });
  if (changed === pod) return pod;
  return changeSpec(changed, (spec) => ({ ...spec, volumes: [...(spec.volumes ?? []), SHADOW] }));
}

function changeEachView(
  pod: Pod,
  { containers }: PodSubject,
  change: (view: ContainerView) => Container,
): Pod {
  const views = new Map(containers.map((view) => [view.container, view]));
  return changeContainers(pod, (container) => {
    const view = views.get(container);
    return view === undefined ? container : change(view);
  });
}
