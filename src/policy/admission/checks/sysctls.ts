import { show } from '../../../lib/show.ts';
import { setPodSecurityContext } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

/** The safe sysctls of Kubernetes 1.37: each applies to one pod only. */
const SAFE_SYSCTLS = [
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
 * Only kernel parameters that apply to one pod may be set.
 *
 * Field: `spec.securityContext.sysctls[*].name`. Allowed: the safe ones of Kubernetes 1.37.
 */
export const sysctls: Check = {
  name: 'sysctls',
  summary: 'The pod sets only sysctls that Kubernetes calls safe.',
  rationale:
    'Other sysctls apply to the whole node or weaken it, so that the change affects every pod there.',
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
  evaluate: ({ spec }, _context, report) => {
    for (const [index, sysctl] of (spec.securityContext?.sysctls ?? []).entries()) {
      const name = sysctl?.name ?? '';
      if (SAFE_SYSCTLS.includes(name)) continue;
      report({
        item: `sysctl "${name}"`,
        field: `spec.securityContext.sysctls[${index}].name`,
        found: show(name),
        required: `must be a safe sysctl: ${SAFE_SYSCTLS.join(', ')}`,
        fix: 'Remove the sysctl.',
      });
    }
  },
  fix: (pod) => {
    const sysctlsOfPod = pod.spec?.securityContext?.sysctls ?? [];
    return setPodSecurityContext(pod, {
      sysctls: sysctlsOfPod.filter(({ name }) => SAFE_SYSCTLS.includes(name ?? '')),
    });
  },
};
