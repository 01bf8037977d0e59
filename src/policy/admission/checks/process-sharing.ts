import type { Check } from '../check.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';

/**
 * The containers of a pod may not share their processes.
 *
 * Field: `spec.shareProcessNamespace`. Allowed: false, absent.
 */
export const processSharing: Check = {
  name: 'process-sharing',
  summary: 'The containers of the pod do not share a process namespace.',
  rationale:
    "In a shared process namespace one container reads another's environment and, through /proc, its files, whatever is mounted only there.",
  fields: ['spec.shareProcessNamespace'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [{ expression: '!object.spec.?shareProcessNamespace.orValue(false)' }],
  evaluate: ({ spec }) =>
    spec.shareProcessNamespace === true
      ? [
          {
            container: null,
            field: 'spec.shareProcessNamespace',
            found: 'true',
            required: 'false or absent',
            fix: 'Set it to false or remove it.',
          },
        ]
      : NO_FINDINGS,
};
