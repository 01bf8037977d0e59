import { show } from '../../../lib/show.ts';
import { changeContainerSecurityContexts, setPodSecurityContext, without } from '../../pod/change-pod.ts';
import { EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';
import { inSecurityContext } from '../security-contexts.ts';

const REQUIRED = 'must be true';
const FIX = 'Set spec.securityContext.runAsNonRoot to true, and do not set it to false in a container.';

/**
 * Every container must be required to run as a user other than root.
 *
 * Fields: `spec.securityContext.runAsNonRoot`, and the same of every container.
 * Allowed: true; not set in a container where the pod sets it to true.
 * Pod Security allows false with `hostUsers: false` (KEP-127); here a user namespace is a second barrier, not a
 * replacement.
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
  evaluate: ({ spec, containers }, _context, report) => {
    const ofPod = spec.securityContext?.runAsNonRoot ?? null;
    if (ofPod === false) {
      report({
        ...inSecurityContext(null, 'runAsNonRoot'),
        found: show(ofPod),
        required: REQUIRED,
        fix: FIX,
      });
    }
    for (const view of containers) {
      const value = view.container.securityContext?.runAsNonRoot ?? null;
      // What a container inherits is allowed in the pod, or already reported for it.
      if (value === true || (value === null && ofPod !== null)) continue;
      report({
        ...inSecurityContext(view, 'runAsNonRoot'),
        found: show(value),
        required: REQUIRED,
        fix: FIX,
      });
    }
  },
  // Set once, for the whole pod.
  fix: (pod) =>
    setPodSecurityContext(
      changeContainerSecurityContexts(pod, (context) =>
        context.runAsNonRoot === true ? context : without(context, 'runAsNonRoot'),
      ),
      { runAsNonRoot: true },
    ),
};
