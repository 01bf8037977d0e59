import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { show } from '../../../lib/show.ts';

const NAMESERVER = '127.0.0.1';

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
  evaluate: ({ spec }) => {
    const { dnsPolicy, dnsConfig } = spec;
    const nameservers = dnsConfig?.nameservers;
    let findings: Finding[] | null = null;
    if (dnsPolicy !== 'None') {
      findings = collectFinding(findings, finding('spec.dnsPolicy', show(dnsPolicy), 'None'));
    }
    if (nameservers?.length !== 1 || nameservers[0] !== NAMESERVER) {
      findings = collectFinding(
        findings,
        finding('spec.dnsConfig.nameservers', show(nameservers), `["${NAMESERVER}"]`),
      );
    }
    if (dnsConfig?.searches?.length) {
      findings = collectFinding(
        findings,
        finding('spec.dnsConfig.searches', show(dnsConfig.searches), 'nothing'),
      );
    }
    if (dnsConfig?.options?.length) {
      findings = collectFinding(
        findings,
        finding('spec.dnsConfig.options', show(dnsConfig.options), 'nothing'),
      );
    }
    return findings ?? NO_FINDINGS;
  },
};

function finding(field: string, found: string, required: string): Finding {
  return {
    container: null,
    field,
    found,
    required,
    fix: `Set spec.dnsPolicy to None and spec.dnsConfig to {nameservers: ["${NAMESERVER}"]}, and reach the gateway by spec.hostAliases.`,
  };
}
