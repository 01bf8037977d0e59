import { GATEWAY } from '../../../api/names.ts';
import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import type { ProjectedSource, Volume } from '../../pod/pod.ts';
import { show } from '../../../lib/show.ts';

/** The one audience of a token that a pod may hold: worthless at the API server and at Vault. */
const AUDIENCE = GATEWAY.audience;

/**
 * The pod may hold no token or certificate that the cluster takes for an identity.
 *
 * Fields: `spec.automountServiceAccountToken`, `spec.volumes[*].projected.sources[*]`.
 * Allowed: automount false, and stated; projected tokens of audience `cloister-gateway`; no `podCertificate` (KEP-4317).
 * A `clusterTrustBundle` holds only public certificates.
 */
export const serviceAccountToken: Check = {
  name: 'service-account-token',
  summary: 'The pod holds no token of the cluster but one for the gateway.',
  rationale:
    'An agent that reads its ServiceAccount token speaks to the API server as that account, and logs in wherever the account is trusted.',
  fields: [
    'spec.automountServiceAccountToken',
    'spec.volumes[*].projected.sources[*].serviceAccountToken.audience',
    'spec.volumes[*].projected.sources[*].podCertificate',
  ],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { expression: '!object.spec.?automountServiceAccountToken.orValue(true)' },
    {
      each: 'Volume',
      expression: `!has(v.projected) || v.projected.?sources.orValue([]).all(s, !has(s.serviceAccountToken) || s.serviceAccountToken.?audience.orValue('') == '${AUDIENCE}')`,
    },
    {
      each: 'Volume',
      expression: '!has(v.projected) || v.projected.?sources.orValue([]).all(s, !has(s.podCertificate))',
    },
  ],
  evaluate: ({ spec }) => {
    let findings = collectFinding(null, judgeAutomount(spec.automountServiceAccountToken));
    const volumes = spec.volumes ?? [];
    for (let index = 0; index < volumes.length; index++) {
      findings = judgeVolume(findings, volumes[index], index);
    }
    return findings ?? NO_FINDINGS;
  },
};

function judgeAutomount(automount: boolean | undefined): Finding | null {
  if (automount === false) return null;
  return {
    container: null,
    field: 'spec.automountServiceAccountToken',
    found: show(automount),
    required: 'false',
    fix: 'Set it to false in the pod: what the ServiceAccount says can be changed under a running pod.',
  };
}

function judgeVolume(findings: Finding[] | null, volume: Volume | undefined, index: number) {
  const sources = volume?.projected?.sources;
  if (sources === undefined || sources === null) return findings;
  let all = findings;
  for (let at = 0; at < sources.length; at++) {
    all = collectFinding(all, judgeSource(sources[at], `spec.volumes[${index}].projected.sources[${at}]`));
  }
  return all;
}

function judgeSource(source: ProjectedSource | undefined, field: string): Finding | null {
  if (source?.['podCertificate']) {
    return {
      container: null,
      field: `${field}.podCertificate`,
      found: 'a certificate for the pod',
      required: 'nothing',
      fix: 'Remove the source: the certificate is an identity in the cluster.',
    };
  }
  const token = source?.serviceAccountToken;
  if (token === undefined || token === null || token.audience === AUDIENCE) return null;
  return {
    container: null,
    field: `${field}.serviceAccountToken.audience`,
    found: show(token.audience || undefined),
    required: AUDIENCE,
    fix: `Set the audience to ${AUDIENCE}, or remove the source.`,
  };
}
