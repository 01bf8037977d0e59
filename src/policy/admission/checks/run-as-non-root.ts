import { show } from '../../../lib/show.ts';
import { changeContainerSecurityContexts, setPodSecurityContext, without } from '../../pod/change-pod.ts';
import { type ContainerView, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
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
    const refuse = (view: ContainerView | null, value: boolean | null): void =>
      report({
        ...inSecurityContext(view, 'runAsNonRoot'),
        found: show(value),
        required: REQUIRED,
        fix: FIX,
      });
    const ofPod = spec.securityContext?.runAsNonRoot ?? null;
    const isInherited = containers.some(
      ({ container }) => (container.securityContext?.runAsNonRoot ?? null) === null,
    );
    // What the containers inherit is reported once, for the pod.
    if (ofPod === false || (ofPod === null && isInherited)) refuse(null, ofPod);
    for (const view of containers) {
      if (view.container.securityContext?.runAsNonRoot === false) refuse(view, false);
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
