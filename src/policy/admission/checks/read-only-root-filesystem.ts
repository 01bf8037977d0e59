import { show } from '../../../lib/show.ts';
import { changeContainers, changeSpec, setSecurityContext, without } from '../../pod/change-pod.ts';
import type { Container, Pod } from '../../pod/pod.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import { TEMPORARY } from '../../pod/pod-volumes.ts';
import { countUnbounded, scratchSize } from '../../pod/scratch-volume.ts';
import { canonicalMountPath } from '../../roles/mount-path.ts';
import type { Check, FixContext } from '../check.ts';
import { isStartGate } from './start-gate.ts';

/** The default. The kubelet mounts a writable file at this path, over a file of the image where it has one. */
const MESSAGE_PATH = '/dev/termination-log';
const VOLUME = 'tmp';

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
  fix: (pod, context) => {
    const size = scratchSize(pod, context.role, 1 + countUnbounded(pod));
    const volume = pod.spec?.volumes?.find(({ name }) => name === VOLUME);
    const canMount = volume ? !!volume.emptyDir : size !== null;
    let mounts = false;
    const changed = changeContainers(pod, (container, position) => {
      const isWritable = container.securityContext?.readOnlyRootFilesystem !== true;
      const readOnly = makeReadOnly(container);
      if (!isWritable || !canMount || position === 'EphemeralContainer') return readOnly;
      if (!needsScratch(container, context)) return readOnly;
      mounts = true;
      const mount = { name: VOLUME, mountPath: TEMPORARY };
      return { ...readOnly, volumeMounts: [...(container.volumeMounts ?? []), mount] };
    });
    return mounts && !volume ? addVolume(changed, size ?? '') : changed;
  },
};

/** The container itself where nothing has to be changed. */
function makeReadOnly(container: Container): Container {
  const changed = container.terminationMessagePath ? without(container, 'terminationMessagePath') : container;
  return changed.securityContext?.readOnlyRootFilesystem === true
    ? changed
    : setSecurityContext(changed, { readOnlyRootFilesystem: true });
}

function needsScratch(container: Container, context: FixContext): boolean {
  // The start gate writes nothing, and must have no mounts.
  if (isStartGate(container, context)) return false;
  return !(container.volumeMounts ?? []).some(
    ({ mountPath }) => canonicalMountPath(mountPath ?? '') === TEMPORARY,
  );
}

function addVolume(pod: Pod, sizeLimit: string): Pod {
  return changeSpec(pod, (spec) => ({
    ...spec,
    volumes: [...(spec.volumes ?? []), { name: VOLUME, emptyDir: { sizeLimit } }],
  }));
}
