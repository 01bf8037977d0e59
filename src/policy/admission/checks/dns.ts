import { show } from '../../../lib/show.ts';
import { changeSpec } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

const NAMESERVER = '127.0.0.1';
const FIX = `Set spec.dnsPolicy to "None" and spec.dnsConfig to {nameservers: ["${NAMESERVER}"]}; the pod finds the gateway by spec.hostAliases.`;

/**
 * The pod must have no name server.
 *
 * Fields: `spec.dnsPolicy`, `spec.dnsConfig`. Allowed: policy `None` with the one name server `127.0.0.1`, where nothing
 * listens (the API server wants at least one), and neither search domains nor options.
 */
export const dns: Check = {
  name: 'dns',
  summary: 'The pod has no name server; the gateway resolves names for it.',
  rationale:
    'A DNS query carries data out through the resolver of the cluster, past every rule about hosts, and its answers map the cluster from inside.',
  fields: ['spec.dnsPolicy', 'spec.dnsConfig'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { expression: "object.spec.?dnsPolicy.orValue('') == 'None'" },
    { expression: "object.spec.?dnsConfig.?nameservers.orValue([]) == ['127.0.0.1']" },
    { expression: 'object.spec.?dnsConfig.?searches.orValue([]).size() == 0' },
    { expression: 'object.spec.?dnsConfig.?options.orValue([]).size() == 0' },
  ],
  evaluate: ({ spec: { dnsPolicy, dnsConfig } }, _context, report) => {
    const refuse = (field: string, found: unknown, required: string): void =>
      report({ field, found: show(found), required, fix: FIX });
    const { nameservers, searches, options } = dnsConfig ?? {};
    if (dnsPolicy !== 'None') refuse('spec.dnsPolicy', dnsPolicy, 'must be "None"');
    if (nameservers?.length !== 1 || nameservers[0] !== NAMESERVER) {
      refuse('spec.dnsConfig.nameservers', nameservers, `must be ["${NAMESERVER}"]`);
    }
    if (searches?.length) refuse('spec.dnsConfig.searches', searches, 'must not be set');
    if (options?.length) refuse('spec.dnsConfig.options', options, 'must not be set');
  },
  fix: (pod) =>
    changeSpec(pod, (spec) => ({ ...spec, dnsPolicy: 'None', dnsConfig: { nameservers: [NAMESERVER] } })),
};
