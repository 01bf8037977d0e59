import { show } from '../../../lib/show.ts';
import type { Check } from '../check.ts';

/**
 * The pod must be for Linux.
 *
 * Field: `spec.os.name`. Allowed: `linux`, absent.
 */
export const operatingSystem: Check = {
  name: 'operating-system',
  summary: 'The pod is for Linux nodes.',
  rationale:
    'Capabilities, seccomp, AppArmor and a read-only root filesystem have no effect on Windows, and Pod Security does not require them of a pod for Windows.',
  fields: ['spec.os.name'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [{ expression: "!has(object.spec.os) || object.spec.os.name == 'linux'" }],
  evaluate: ({ spec: { os } }, _context, report) => {
    if (!os || os.name === 'linux') return;
    report({
      field: 'spec.os.name',
      found: show(os.name),
      required: 'must be "linux"',
      fix: 'Set it to "linux", or remove spec.os.',
    });
  },
};
