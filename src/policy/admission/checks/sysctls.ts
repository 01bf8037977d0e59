import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { show } from '../../../lib/show.ts';

/** Those that Kubernetes 1.37 calls safe: each holds for one pod alone. */
export const SAFE_SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_notsent_lowat',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];

/**
 * Only kernel parameters that hold for one pod alone may be set.
 *
 * Field: `spec.securityContext.sysctls[*].name`. Allowed: the safe ones of Kubernetes 1.37.
 */
export const sysctls: Check = {
  name: 'sysctls',
  summary: 'Only kernel parameters that Kubernetes calls safe are set.',
  rationale: 'Other parameters are shared by the node or weaken it: every pod there lives with the change.',
  fields: ['spec.securityContext.sysctls[*].name'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'sysctls' },
  cel: [
    {
      expression: `object.spec.?securityContext.?sysctls.orValue([]).all(s, s.name in ${JSON.stringify(SAFE_SYSCTLS)})`,
    },
  ],
  evaluate: ({ spec }) => {
    const list = spec.securityContext?.sysctls;
    if (!list) return NO_FINDINGS;
    let findings: Finding[] | null = null;
    for (let index = 0; index < list.length; index++) {
      const name = list[index]?.name ?? '';
      if (SAFE_SYSCTLS.includes(name)) continue;
      findings = collectFinding(findings, {
        container: null,
        field: `spec.securityContext.sysctls[${index}].name`,
        found: show(name),
        required: `one of ${SAFE_SYSCTLS.join(', ')}`,
        fix: 'Remove it.',
      });
    }
    return findings ?? NO_FINDINGS;
  },
};
