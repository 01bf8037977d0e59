import type { Check } from '../check.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { show } from '../../../lib/show.ts';

/**
 * The pod must be for Linux.
 *
 * Field: `spec.os.name`. Allowed: `linux`, absent.
 */
export const operatingSystem: Check = {
  name: 'operating-system',
  summary: 'The pod is for Linux nodes.',
  rationale:
    'Capabilities, seccomp, AppArmor and a read-only root mean nothing on Windows, and Pod Security stops asking for them where a pod says it is for Windows.',
  fields: ['spec.os.name'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [{ expression: "!has(object.spec.os) || object.spec.os.name == 'linux'" }],
  evaluate: ({ spec }) => {
    if (!spec.os || spec.os.name === 'linux') return NO_FINDINGS;
    return [
      {
        container: null,
        field: 'spec.os.name',
        found: show(spec.os.name),
        required: 'linux or absent',
        fix: 'Set it to linux, or remove spec.os.',
      },
    ];
  },
};
