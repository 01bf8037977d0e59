import type { Check, Finding } from '../check.ts';
import { findInContainers, NO_FINDINGS } from '../find-in-containers.ts';
import { type ContainerView, containerField } from '../pod-subject.ts';

/**
 * Every container must be required to run as another user than root.
 *
 * Fields: `spec.securityContext.runAsNonRoot`, and the same of every container.
 * Allowed: true; absent in a container where the pod says true.
 * Pod Security lets it go under `hostUsers: false` (KEP-127); here a user namespace is a second wall, not a replacement.
 */
export const runAsNonRoot: Check = {
  name: 'run-as-non-root',
  summary: 'Every container is required to run as a user other than root.',
  rationale: 'Root in the container is the first step of most escapes, and owns every file of the image.',
  fields: ['spec.securityContext.runAsNonRoot', 'spec.containers[*].securityContext.runAsNonRoot'],
  positions: ['Pod', 'Container', 'InitContainer', 'EphemeralContainer'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Stricter', check: 'runAsNonRoot' },
  cel: [
    { expression: 'object.spec.?securityContext.?runAsNonRoot.orValue(true)' },
    {
      each: ['Container', 'InitContainer', 'EphemeralContainer'],
      expression:
        'c.?securityContext.?runAsNonRoot.orValue(object.spec.?securityContext.?runAsNonRoot.orValue(false))',
    },
  ],
  evaluate: (subject) => {
    const pod = subject.spec.securityContext?.runAsNonRoot;
    const atPod = pod === false ? [finding(null, 'spec.securityContext.runAsNonRoot', 'false')] : NO_FINDINGS;
    const inContainers = findInContainers(subject, (view) => judge(view, pod === true));
    return atPod.length === 0 ? inContainers : [...atPod, ...inContainers];
  },
};

function judge(view: ContainerView, podAsks: boolean): Finding | null {
  const own = view.container.securityContext?.runAsNonRoot ?? undefined;
  if (own === true || (own === undefined && podAsks)) return null;
  const field = containerField(view, 'securityContext.runAsNonRoot');
  return finding(view.container.name ?? '', field, own === undefined ? 'nothing' : 'false');
}

function finding(container: string | null, field: string, found: string): Finding {
  return {
    container,
    field,
    found,
    required: 'true',
    fix: 'Set spec.securityContext.runAsNonRoot to true, and do not set it to false in a container.',
  };
}
