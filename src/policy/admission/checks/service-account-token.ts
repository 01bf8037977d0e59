import { GATEWAY } from '../../../api/names.ts';
import { show } from '../../../lib/show.ts';
import type { Finding } from '../../decision.ts';
import { changeSpec } from '../../pod/change-pod.ts';
import type { ProjectedSource } from '../../pod/pod.ts';
import type { Check } from '../check.ts';

/** The only audience of a token that a pod may hold: neither the API server nor Vault accepts it. */
const AUDIENCE = GATEWAY.audience;

/**
 * The pod must hold no token or certificate that is an identity in the cluster.
 *
 * Fields: `spec.automountServiceAccountToken`, `spec.volumes[*].projected.sources[*]`.
 * Allowed: automount set to false; projected tokens of audience `cloister-gateway`; no `podCertificate` (KEP-4317).
 * A `clusterTrustBundle` holds only public certificates.
 */
export const serviceAccountToken: Check = {
  name: 'service-account-token',
  summary: 'The pod holds no ServiceAccount token except one for the gateway.',
  rationale:
    'An agent that reads its ServiceAccount token can call the API server as that account, and log in wherever the account is trusted.',
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
  evaluate: ({ spec }, _context, report) => {
    if (spec.automountServiceAccountToken !== false) {
      report({
        field: 'spec.automountServiceAccountToken',
        found: show(spec.automountServiceAccountToken),
        required: 'must be false',
        fix: 'Set it to false in the pod, whatever its ServiceAccount sets.',
      });
    }
    for (const [index, volume] of (spec.volumes ?? []).entries()) {
      for (const [at, source] of (volume?.projected?.sources ?? []).entries()) {
        const finding = evaluateSource(source, `spec.volumes[${index}].projected.sources[${at}]`);
        if (finding !== null) report({ item: `volume "${volume.name ?? ''}"`, ...finding });
      }
    }
  },
  // What a projected token or certificate is for has to be decided.
  fix: (pod) => changeSpec(pod, (spec) => ({ ...spec, automountServiceAccountToken: false })),
};

function evaluateSource(source: ProjectedSource | undefined, field: string): Finding | null {
  const certificate = source?.['podCertificate'];
  if (certificate) {
    return {
      field: `${field}.podCertificate`,
      found: show(certificate),
      required: 'must not be set',
      fix: 'Remove the source. The certificate is an identity in the cluster.',
    };
  }
  const token = source?.serviceAccountToken;
  if (!token || token.audience === AUDIENCE) return null;
  return {
    field: `${field}.serviceAccountToken.audience`,
    found: show(token.audience || undefined),
    required: `must be "${AUDIENCE}"`,
    fix: `Set the audience to "${AUDIENCE}", or remove the source.`,
  };
}
