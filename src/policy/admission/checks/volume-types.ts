import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import type { ProjectedSource, Volume } from '../../pod/pod.ts';
import { readAmount } from '../../pod/read-amount.ts';
import { show } from '../../../lib/show.ts';

const TYPES = ['configMap', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected'];
/** Which tokens and certificates may be projected is what `service-account-token` judges. */
const SOURCES = ['configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle', 'podCertificate'];
const ALLOWED_TYPES: ReadonlySet<string> = new Set(['name', ...TYPES]);
const ALLOWED_SOURCES: ReadonlySet<string> = new Set(SOURCES);

const hasOneOf = (variable: string, members: readonly string[]): string =>
  members.map((member) => `has(${variable}.${member})`).join(' || ');

/**
 * Volumes may be only of types that neither reach into the node nor carry a secret.
 *
 * Field: `spec.volumes`. Allowed: `configMap`, `downwardAPI`, `emptyDir` with a `sizeLimit` above 0 (0 is no limit to the
 * kubelet), `ephemeral`, `persistentVolumeClaim`, `projected` without secrets. A volume that names no type is an
 * `emptyDir` without a limit to the API server. `secret` is refused because the gateway holds the credentials, `csi` and
 * `image` because their drivers and registries decide what the agent sees. Types that are not known here are refused.
 */
export const volumeTypes: Check = {
  name: 'volume-types',
  summary: 'Volumes are of types that hold neither secrets nor anything of the node, and are bounded.',
  rationale:
    'A volume is mounted by the kubelet with the rights of the node: a secret in it is read by the agent, and scratch space without a limit fills the disk of every neighbour.',
  fields: [
    'spec.volumes[*]',
    'spec.volumes[*].emptyDir.sizeLimit',
    'spec.volumes[*].projected.sources[*].secret',
  ],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Stricter', check: 'restrictedVolumes' },
  // That a volume has one type and no more is the API server's own rule, and it prunes types that it does not know.
  cel: [
    { each: 'Volume', expression: hasOneOf('v', TYPES) },
    {
      each: 'Volume',
      expression:
        "!has(v.emptyDir) || (has(v.emptyDir.sizeLimit) && quantity(string(v.emptyDir.sizeLimit)).isGreaterThan(quantity('0')))",
    },
    {
      each: 'Volume',
      expression: `!has(v.projected) || v.projected.?sources.orValue([]).all(s, ${hasOneOf('s', SOURCES)})`,
    },
  ],
  evaluate: ({ spec }) => {
    const { volumes } = spec;
    if (!volumes) return NO_FINDINGS;
    let findings: Finding[] | null = null;
    for (let index = 0; index < volumes.length; index++) {
      const volume = volumes[index];
      if (volume) findings = judgeVolume(findings, volume, index);
    }
    return findings ?? NO_FINDINGS;
  },
};

function judgeVolume(findings: Finding[] | null, volume: Volume, index: number): Finding[] | null {
  let all = findings;
  let isTyped = false;
  for (const type in volume) {
    if (type === 'name' || !volume[type]) continue;
    isTyped = true;
    if (!ALLOWED_TYPES.has(type)) all = collectFinding(all, typeFinding(index, type));
  }
  if (!isTyped) return collectFinding(all, sizeFinding(index, undefined));
  const { emptyDir, projected } = volume;
  if (emptyDir && !isBounded(emptyDir.sizeLimit)) {
    all = collectFinding(all, sizeFinding(index, emptyDir.sizeLimit));
  }
  const sources = projected?.sources ?? NO_FINDINGS;
  for (let at = 0; at < sources.length; at++) {
    const field = `spec.volumes[${index}].projected.sources[${at}]`;
    all = judgeSource(all, projected?.sources?.[at], field);
  }
  return all;
}

function isBounded(sizeLimit: string | number | undefined): boolean {
  return (readAmount(sizeLimit ?? 0) ?? 0n) > 0n;
}

function judgeSource(findings: Finding[] | null, source: ProjectedSource | undefined, field: string) {
  let all = findings;
  let isTyped = false;
  for (const type in source) {
    if (!source[type]) continue;
    isTyped = true;
    if (!ALLOWED_SOURCES.has(type)) all = collectFinding(all, sourceFinding(`${field}.${type}`, type));
  }
  // What the API server leaves of a type that it does not know.
  return isTyped ? all : collectFinding(all, sourceFinding(field, 'nothing'));
}

function sourceFinding(field: string, found: string): Finding {
  return {
    container: null,
    field,
    found: show(found),
    required: `one of ${SOURCES.join(', ')}`,
    fix: 'Remove the source; credentials are attached by the gateway.',
  };
}

function typeFinding(index: number, type: string): Finding {
  return {
    container: null,
    field: `spec.volumes[${index}].${type}`,
    found: show(type),
    required: `one of ${TYPES.join(', ')}`,
    fix:
      type === 'secret'
        ? 'Remove the volume, and let the gateway attach the credential: name it under credentials of the AgentRole.'
        : 'Remove the volume, or use one of the types that are allowed.',
  };
}

function sizeFinding(index: number, sizeLimit: string | number | undefined): Finding {
  return {
    container: null,
    field: `spec.volumes[${index}].emptyDir.sizeLimit`,
    found: show(sizeLimit),
    required: 'above 0',
    fix: 'Set it to what the agent needs, for example 64Mi.',
  };
}
