import { show } from '../../../lib/show.ts';
import { changeContainers, changeSpec, setSecurityContext, without } from '../../pod/change-pod.ts';
import type { Container, Pod, Volume } from '../../pod/pod.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import { RUNTIME, TEMPORARY } from '../../pod/pod-volumes.ts';
import { countUnbounded, scratchSize } from '../../pod/scratch-volume.ts';
import { canonicalMountPath } from '../../roles/mount-path.ts';
import type { Check, FixContext } from '../check.ts';
import { isScratchGranted } from '../evaluate-mount-path.ts';
import { isStartGate } from './start-gate.ts';

/** The default. The kubelet mounts a writable file at this path, over a file of the image where it has one. */
const MESSAGE_PATH = '/dev/termination-log';

/**
 * No container may write to its image.
 *
 * Fields: `securityContext.readOnlyRootFilesystem` of every container, ephemeral ones too: true, and it must be set; and
 * `terminationMessagePath`: `/dev/termination-log`, not set or empty.
 */
export const readOnlyRootFilesystem: Check = {
  name: 'read-only-root-filesystem',
  summary: 'No container can write to the files of its image.',
  rationale:
    'What an agent downloads or changes next to its own program is run at its next start, and counts against no volume.',
  fields: [
    'spec.containers[*].securityContext.readOnlyRootFilesystem',
    'spec.containers[*].terminationMessagePath',
  ],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { each: EVERY_CONTAINER, expression: 'c.?securityContext.?readOnlyRootFilesystem.orValue(false)' },
    {
      each: EVERY_CONTAINER,
      expression: `c.?terminationMessagePath.orValue('') in ['', '${MESSAGE_PATH}']`,
    },
  ],
  evaluate: ({ containers }, _context, report) => {
    for (const view of containers) {
      const { securityContext, terminationMessagePath } = view.container;
      const readOnly = securityContext?.readOnlyRootFilesystem;
      if (readOnly !== true) {
        report({
          ...inContainer(view, 'securityContext.readOnlyRootFilesystem'),
          found: show(readOnly),
          required: 'must be true',
          fix: `Set it to true, and mount an emptyDir with a sizeLimit at ${TEMPORARY} for scratch files.`,
        });
      }
      if (terminationMessagePath && terminationMessagePath !== MESSAGE_PATH) {
        report({
          ...inContainer(view, 'terminationMessagePath'),
          found: show(terminationMessagePath),
          required: `must be "${MESSAGE_PATH}" or not set`,
          fix: 'Remove it: the kubelet mounts a writable file at this path, even over a file of the image.',
        });
      }
    }
  },
  fix: (pod, context) => changeContainers(addScratches(pod, context), makeReadOnly),
};

/** A volume for scratch files. Null where the role leaves no space for it. */
interface Scratch {
  readonly name: string;
  readonly path: string;
  readonly size: string | null;
}

/** Gives every container that may write to its image the paths that programs write to instead. */
function addScratches(pod: Pod, context: FixContext): Pod {
  const { role } = context;
  const scratches: readonly Scratch[] = [
    { name: 'tmp', path: TEMPORARY, size: scratchSize(pod, role, 1 + countUnbounded(pod)) },
    { name: 'run', path: RUNTIME.path, size: RUNTIME.size },
  ];
  return scratches
    .filter(({ path }) => isScratchGranted(path, role))
    .reduce((changed, scratch) => addScratch(changed, scratch, context), pod);
}

function addScratch(pod: Pod, { name, path, size }: Scratch, context: FixContext): Pod {
  const volume = pod.spec?.volumes?.find((one) => one.name === name);
  // A volume of this name that its author mounts elsewhere may be larger than /var/run may be.
  const canMount = volume ? !!volume.emptyDir && path === TEMPORARY : size !== null;
  if (!canMount) return pod;
  const changed = changeContainers(pod, (container, position) => {
    const isWritable = container.securityContext?.readOnlyRootFilesystem !== true;
    if (!isWritable || position === 'EphemeralContainer' || isStartGate(container, context)) return container;
    if (isMountedAt(container, path)) return container;
    return { ...container, volumeMounts: [...(container.volumeMounts ?? []), { name, mountPath: path }] };
  });
  return changed === pod || volume
    ? changed
    : addVolume(changed, { name, emptyDir: { sizeLimit: size ?? '' } });
}

/** The container itself where nothing has to be changed. */
function makeReadOnly(container: Container): Container {
  const changed = container.terminationMessagePath ? without(container, 'terminationMessagePath') : container;
  return changed.securityContext?.readOnlyRootFilesystem === true
    ? changed
    : setSecurityContext(changed, { readOnlyRootFilesystem: true });
}

function isMountedAt({ volumeMounts }: Container, path: string): boolean {
  return (volumeMounts ?? []).some(({ mountPath }) => canonicalMountPath(mountPath ?? '') === path);
}

function addVolume(pod: Pod, volume: Volume): Pod {
  return changeSpec(pod, (spec) => ({ ...spec, volumes: [...(spec.volumes ?? []), volume] }));
}
