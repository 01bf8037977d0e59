import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { judgeMountPath, type Mount } from '../evaluate-mount-path.ts';
import { canonicalMountPath } from '../../roles/mount-path.ts';
import type { VolumeMount } from '../../pod/pod.ts';
import { type ContainerView, containerField, type PodSubject } from '../../pod/pod-subject.ts';
import type { RolePolicy } from '../../roles/role-policy.ts';
import { findOpening, isMountedReadOnly } from '../shadowed-paths.ts';
import { show } from '../../../lib/show.ts';

/**
 * Volumes may be mounted only where the role grants files.
 *
 * Field: `volumeMounts` of every container, in all three lists.
 * Allowed: read-only at or under a path with `file:read` or `file:write`, writable at or under one with `file:write`;
 * `/tmp` from an `emptyDir` no larger than the role's; `/var/run/secrets/cloister` from a projected volume. A path that
 * the role denies below a mount (and grants by no other tool) must be covered by an empty read-only `emptyDir` in the same container. No `subPathExpr`
 * (what it becomes is known only on the node), no `..` in `subPath`, no mount propagation.
 */
export const volumeMounts: Check = {
  name: 'volume-mounts',
  summary: 'Volumes are mounted only at or under paths of the role, and writable only where it may write.',
  rationale:
    'What is mounted is what an agent can read and change without asking the gateway: for files the mount is the permission.',
  fields: ['spec.containers[*].volumeMounts'],
  positions: ['Container', 'InitContainer', 'EphemeralContainer'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: (subject, { role }) => {
    if (role === null) return NO_FINDINGS;
    let findings: Finding[] | null = null;
    for (const view of subject.containers) {
      const mounts = view.container.volumeMounts ?? [];
      if (mounts.length === 0) continue;
      for (let index = 0; index < mounts.length; index++) {
        const mount = mounts[index];
        if (mount) findings = judgeMount(findings, { subject, view, mount, index }, role);
      }
      findings = judgeOpenings(findings, subject, view, role);
    }
    return findings ?? NO_FINDINGS;
  },
};

function judgeMount(findings: Finding[] | null, at: Mount, role: RolePolicy): Finding[] | null {
  const { mount } = at;
  let all = collectFinding(findings, judgeMountPath(at, role));
  if (mount.subPath && canonicalMountPath(`/${mount.subPath}`) === null) {
    const required = 'a path below the root of the volume, without .., . or //';
    all = collectFinding(all, optionFinding(at, 'subPath', required));
  }
  if (mount.subPathExpr) {
    all = collectFinding(all, optionFinding(at, 'subPathExpr', 'nothing; use subPath'));
  }
  if (mount.mountPropagation && mount.mountPropagation !== 'None') {
    all = collectFinding(all, optionFinding(at, 'mountPropagation', 'None or absent'));
  }
  return all;
}

function optionFinding({ view, index, mount }: Mount, option: keyof VolumeMount, required: string): Finding {
  return {
    container: view.container.name ?? '',
    field: containerField(view, `volumeMounts[${index}].${option}`),
    found: show(mount[option]),
    required,
    fix: `Change or remove ${option}.`,
  };
}

function judgeOpenings(
  findings: Finding[] | null,
  subject: PodSubject,
  view: ContainerView,
  role: RolePolicy,
): Finding[] | null {
  let all = findings;
  for (const denied of role.deniedPaths) {
    const mount = findOpening(subject, view, denied, role);
    if (mount !== null) all = collectFinding(all, opening({ view, mount, denied }, '', role));
  }
  for (const denied of role.unwritablePaths) {
    if (role.deniedPaths.includes(denied)) continue;
    const mount = findOpening(subject, view, denied, role);
    if (mount === null || isMountedReadOnly(subject, mount)) continue;
    all = collectFinding(all, opening({ view, mount, denied }, 'writable and ', role));
  }
  return all;
}

function opening(
  { view, mount, denied }: { view: ContainerView; mount: VolumeMount; denied: string },
  how: '' | 'writable and ',
  role: RolePolicy,
): Finding {
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'volumeMounts'),
    found: `${show(mount.mountPath)} with ${denied} ${how}open below it`,
    required: `an empty emptyDir mounted read-only at ${denied}, which the role ${role.name} denies`,
    fix: `Add an emptyDir with a sizeLimit to spec.volumes and mount it at ${denied} with readOnly: true.`,
  };
}
