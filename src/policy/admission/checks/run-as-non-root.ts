import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { type ContainerView, containerField, EVERY_CONTAINER } from '../../pod/pod-subject.ts';

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
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Stricter', check: 'runAsNonRoot' },
  cel: [
    { expression: 'object.spec.?securityContext.?runAsNonRoot.orValue(true)' },
    {
      each: EVERY_CONTAINER,
      expression:
        'c.?securityContext.?runAsNonRoot.orValue(object.spec.?securityContext.?runAsNonRoot.orValue(false))',
    },
  ],
  evaluate: (subject) => {
    const pod = subject.spec.securityContext?.runAsNonRoot;
    let findings: Finding[] | null = null;
    if (pod === false) findings = [finding(null, 'spec.securityContext.runAsNonRoot', 'false')];
    for (const view of subject.containers) {
      findings = collectFinding(findings, judge(view, pod === true));
    }
    return findings ?? NO_FINDINGS;
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
