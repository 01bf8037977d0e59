import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { type ContainerView, containerField, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import { show } from '../../../lib/show.ts';

/** Where the kubelet lays a file that the container may write, unless told another place: one of the image, for example. */
const MESSAGE_PATH = '/dev/termination-log';

/**
 * No container may write to its image.
 *
 * Fields: `securityContext.readOnlyRootFilesystem` of every container, ephemeral ones too: true, and stated; and
 * `terminationMessagePath`: `/dev/termination-log`, absent or empty.
 */
export const readOnlyRootFilesystem: Check = {
  name: 'read-only-root-filesystem',
  summary: 'No container can write to the files of its image.',
  rationale:
    'What an agent downloads or changes next to its own program is run by its next start, and counts against no volume.',
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
  evaluate: (subject) => {
    let findings: Finding[] | null = null;
    for (const view of subject.containers) {
      findings = collectFinding(findings, judge(view));
      findings = collectFinding(findings, judgeMessagePath(view));
    }
    return findings ?? NO_FINDINGS;
  },
};

function judge(view: ContainerView): Finding | null {
  const readOnly = view.container.securityContext?.readOnlyRootFilesystem;
  if (readOnly === true) return null;
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'securityContext.readOnlyRootFilesystem'),
    found: show(readOnly),
    required: 'true',
    fix: 'Set it to true, and mount an emptyDir with a sizeLimit at /tmp for scratch files.',
  };
}

function judgeMessagePath(view: ContainerView): Finding | null {
  const path = view.container.terminationMessagePath || MESSAGE_PATH;
  if (path === MESSAGE_PATH) return null;
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'terminationMessagePath'),
    found: show(path),
    required: `${MESSAGE_PATH} or absent`,
    fix: 'Remove it: whatever the image has at this path would be a file that the agent can write.',
  };
}
