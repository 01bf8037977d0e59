import { show } from '../../../lib/show.ts';
import type { Finding } from '../../decision.ts';
import { changeSpec } from '../../pod/change-pod.ts';
import type { Pod, ProjectedSource, Volume } from '../../pod/pod.ts';
import { createPodSubject } from '../../pod/pod-subject.ts';
import { isBounded, isScratch, scratchSize, USUAL_SIZE } from '../../pod/scratch-volume.ts';
import type { RolePolicy } from '../../roles/role-policy.ts';
import type { Check, Report } from '../check.ts';
import { DECLARE_CREDENTIAL } from '../declare-credential.ts';

const TYPES = ['configMap', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected'];
/** Which tokens and certificates may be projected is the subject of `service-account-token`. */
const SOURCES = ['configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle', 'podCertificate'];
/** Members of a volume that this check does not report as a type: `host-path` refuses every hostPath. */
const NOT_REPORTED: ReadonlySet<string> = new Set(['name', 'hostPath', ...TYPES]);

const hasOneOf = (variable: string, members: readonly string[]): string =>
  members.map((member) => `has(${variable}.${member})`).join(' || ');

/**
 * Volumes must be of types that neither reach into the node nor carry a secret.
 *
 * Field: `spec.volumes`. Allowed: `configMap`, `downwardAPI`, `emptyDir` with a `sizeLimit` above 0 (the kubelet takes 0
 * for no limit), `ephemeral`, `persistentVolumeClaim`, `projected` without secrets. The API server makes a volume without
 * a type an `emptyDir` without a limit. `secret` is refused because the gateway holds the credentials, `csi` and `image`
 * because their drivers and registries decide what the agent sees. A type that is unknown here is refused. `hostPath` is
 * refused by the check `host-path`, and not reported here again.
 */
export const volumeTypes: Check = {
  name: 'volume-types',
  summary:
    'Volumes are of types that hold neither secrets nor files of the node, and scratch volumes have a size limit.',
  rationale:
    'The kubelet mounts volumes with the rights of the node: the agent can read a secret in one, and scratch space without a limit can fill the disk of every pod on the node.',
  fields: [
    'spec.volumes[*]',
    'spec.volumes[*].emptyDir.sizeLimit',
    'spec.volumes[*].projected.sources[*].secret',
  ],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Stricter', check: 'restrictedVolumes' },
  // The API server itself requires exactly one type, and prunes types that it does not know.
  cel: [
    { each: 'Volume', expression: hasOneOf('v', ['hostPath', ...TYPES]) },
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
  evaluate: ({ spec }, _context, report) => {
    for (const [index, volume] of (spec.volumes ?? []).entries()) {
      if (!volume) continue;
      const item = `volume "${volume.name ?? ''}"`;
      evaluateVolume(volume, `spec.volumes[${index}]`, (finding) => report({ item, ...finding }));
    }
  },
  fix: (pod, { role }) => boundScratchVolumes(pod, role),
};

/** The types of a volume: its members that are set, except its name. More than one is invalid, and none an `emptyDir`. */
function typesOf(volume: Volume): readonly string[] {
  return Object.keys(volume).filter((member) => member !== 'name' && volume[member]);
}

/** Whether the volume itself is refused, so that its mounts have to go with it. */
export function isRefusedType(volume: Volume): boolean {
  return typesOf(volume).some((type) => !TYPES.includes(type));
}

function evaluateVolume(volume: Volume, field: string, report: Report): void {
  const types = typesOf(volume);
  for (const type of types) {
    if (!NOT_REPORTED.has(type)) report(refusedType(`${field}.${type}`, type));
  }
  const { emptyDir, projected } = volume;
  if (types.length === 0 || (emptyDir && !isBounded(volume))) {
    report({
      field: `${field}.emptyDir.sizeLimit`,
      found: show(emptyDir?.sizeLimit),
      required: 'must be a quantity greater than 0',
      fix: 'Set it to the space that the agent needs, for example "64Mi".',
    });
  }
  for (const [index, source] of (projected?.sources ?? []).entries()) {
    evaluateSource(source, `${field}.projected.sources[${index}]`, report);
  }
}

function refusedType(field: string, type: string): Finding {
  return {
    field,
    // Not the value: drivers take attributes that may have a secret in them.
    found: 'set',
    required: 'must not be set',
    fix:
      type === 'secret'
        ? `Remove the volume. ${DECLARE_CREDENTIAL}`
        : `Remove the volume, or use one of the allowed types: ${TYPES.join(', ')}.`,
  };
}

function evaluateSource(source: ProjectedSource | undefined, field: string, report: Report): void {
  const types = Object.keys(source ?? {}).filter((type) => source?.[type]);
  for (const type of types) {
    if (SOURCES.includes(type)) continue;
    report({
      field: `${field}.${type}`,
      found: 'set',
      required: 'must not be set',
      fix:
        type === 'secret'
          ? `Remove the source. ${DECLARE_CREDENTIAL}`
          : `Remove the source, or use one of the allowed types: ${SOURCES.join(', ')}.`,
    });
  }
  if (types.length > 0) return;
  // The API server leaves an empty source of a type that it does not know.
  report({
    field,
    found: show(source),
    required: `must have one of the types ${SOURCES.join(', ')}`,
    fix: 'Set the type, or remove the source.',
  });
}

/** Sets limits of scratch volumes that have none. What a volume of a refused type is for has to be decided. */
function boundScratchVolumes(pod: Pod, role: RolePolicy): Pod {
  const subject = createPodSubject(pod);
  const unbounded = (pod.spec?.volumes ?? []).filter(isUnbounded);
  const atScratch = unbounded.filter((volume) => isScratch(subject, volume));
  const size = scratchSize(pod, role, Math.max(atScratch.length, 1));
  return changeSpec(pod, (spec) => ({
    ...spec,
    volumes: (spec.volumes ?? []).map((volume) => {
      const sizeLimit = atScratch.includes(volume) ? size : USUAL_SIZE;
      return sizeLimit === null || !unbounded.includes(volume)
        ? volume
        : { ...volume, emptyDir: { ...volume.emptyDir, sizeLimit } };
    }),
  }));
}

/** Whether the volume is an `emptyDir` whose limit is absent or 0. Any other wrong limit has to be decided. */
function isUnbounded(volume: Volume): boolean {
  const types = typesOf(volume);
  const size = volume.emptyDir?.sizeLimit ?? 0;
  return types.length === 0 || (types.length === 1 && !!volume.emptyDir && (size === 0 || size === '0'));
}
