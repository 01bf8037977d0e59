import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { show } from '../../../lib/show.ts';

/**
 * No volume may be a path of the node.
 *
 * Field: `spec.volumes[*].hostPath`. Allowed: absent.
 */
export const hostPath: Check = {
  name: 'host-path',
  summary: 'No volume is a path of the node.',
  rationale:
    "The node's files hold the kubelet's credentials, the secrets of every other pod and the container runtime's socket: one path is the whole node.",
  fields: ['spec.volumes[*].hostPath'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'hostPathVolumes' },
  cel: [{ each: 'Volume', expression: '!has(v.hostPath)' }],
  evaluate: ({ spec }) => {
    const { volumes } = spec;
    if (!volumes) return NO_FINDINGS;
    let findings: Finding[] | null = null;
    for (let index = 0; index < volumes.length; index++) {
      const volume = volumes[index]?.hostPath;
      if (!volume) continue;
      findings = collectFinding(findings, {
        container: null,
        field: `spec.volumes[${index}].hostPath`,
        found: volume.path ? show(volume.path) : 'a path of the node',
        required: 'nothing',
        fix: 'Use an emptyDir with a sizeLimit for scratch files, or a persistentVolumeClaim for what is to stay.',
      });
    }
    return findings ?? NO_FINDINGS;
  },
};
