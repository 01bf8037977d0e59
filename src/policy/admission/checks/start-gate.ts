import { CERTIFICATE_AUTHORITY } from '../../../api/names.ts';
import { isDeepEqualJson } from '../../../lib/is-deep-equal-json.ts';
import { show } from '../../../lib/show.ts';
import type { Finding } from '../../decision.ts';
import { changeSpec } from '../../pod/change-pod.ts';
import { CERTIFICATE_MOUNT, mountCertificates } from '../../pod/mount-certificates.ts';
import type { Container, Pod, VolumeMount } from '../../pod/pod.ts';
import {
  type ContainerView,
  createPodSubject,
  EVERY_CONTAINER,
  inContainer,
  type PodSubject,
} from '../../pod/pod-subject.ts';
import { isCertificateVolume } from '../../pod/pod-volumes.ts';
import type { Check, FixContext, Report } from '../check.ts';
import { findVolume } from '../shadowed-paths.ts';

/**
 * Fields that say which image runs and with how few rights, and those that the API server fills in. By any other the author
 * of a pod could change what the start gate does, also by one that a later Kubernetes adds.
 */
const ALLOWED_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'image',
  'imagePullPolicy',
  'resources',
  'securityContext',
  'terminationMessagePath',
  'terminationMessagePolicy',
]);

/** How the container is named where Cloister adds it. */
export const START_GATE_CONTAINER = 'start-gate';

/** Enough for the start gate, which opens a few connections and ends. */
const LIMITS = { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '16Mi' };

/**
 * The start gate must run first in the pod, as it was built.
 *
 * Field: `spec.initContainers[0]`. Allowed: an image whose digest the installation trusts, with no fields but
 * `ALLOWED_FIELDS` and one mount: the ConfigMap `cloister-ca`, read-only at `/etc/cloister`. So it has no command, arguments
 * or environment of the author's choice, and ends before anything else starts. No other container may run its image. Where the role requires no start gate, one that is present follows the same rules.
 */
export const startGate: Check = {
  name: 'start-gate',
  summary: 'The first init container is the start gate, where the role requires one.',
  rationale:
    'A network policy can exist without being enforced. The start gate proves from inside the pod, before the agent starts, that the network is closed.',
  fields: ['spec.initContainers[0]', 'spec.containers[*].image', 'spec.volumes'],
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: (subject, { role, configuration: { startGateDigests } }, report) => {
    if (role === null) return;
    const gates = subject.containers.filter(({ container }) => runsStartGate(container, startGateDigests));
    const hasGate = gates.some(({ position }) => position === 'InitContainer');
    // A gate in the wrong place is reported as that, and not as missing too.
    if (role.startGate === 'Required' && !hasGate) report(missingGate(subject, startGateDigests, role.name));
    for (const view of gates) {
      if (view.position === 'InitContainer' && view.index === 0) evaluateGate(subject, view, report);
      else report(misplacedGate(view));
    }
  },
  fix: (pod, context) => {
    const init = pod.spec?.initContainers ?? [];
    const present = init.find((container) => isStartGate(container, context));
    if (present !== undefined) {
      return withGate(
        pod,
        asBuilt(pod, present),
        init.filter((container) => container !== present),
      );
    }
    if (context.role.startGate !== 'Required' || context.startGateImage === null) return pod;
    const gate = newGate(context.startGateImage);
    return isStartGate(gate, context) ? withGate(pod, gate, init) : pod;
  },
};

/** Whether the container runs an image that the installation trusts as its start gate. */
export function isStartGate(container: Container, { review }: FixContext): boolean {
  return runsStartGate(container, review.configuration.startGateDigests);
}

function runsStartGate({ image }: Container, digests: readonly string[]): boolean {
  // By digest only: an image with that digest is the start gate, from whichever registry it is pulled.
  const at = image?.indexOf('@') ?? -1;
  return at >= 0 && image !== undefined && digests.includes(image.slice(at + 1));
}

function missingGate({ spec }: PodSubject, digests: readonly string[], role: string): Finding {
  const [first] = spec.initContainers ?? [];
  const isConfigured = digests.length > 0;
  return {
    ...(first === undefined
      ? { field: 'spec.initContainers' }
      : { container: first.name ?? '', field: 'spec.initContainers[0].image' }),
    found: show(first?.image),
    required: isConfigured
      ? `must be the start gate, with digest ${digests.map((digest) => `"${digest}"`).join(' or ')}`
      : 'must be the start gate, but this installation has no start gate configured',
    fix: isConfigured
      ? 'Add the start gate before all other init containers, as "cloister harden" prints it.'
      : `Set the digests of the start gate in the configuration of the installation, or set startGate to "None" in role "${role}".`,
  };
}

function misplacedGate(view: ContainerView): Finding {
  return {
    ...inContainer(view, 'image'),
    found: show(view.container.image),
    required: 'must not be the image of the start gate, which only the first init container may run',
    fix: 'Move the start gate before all other init containers, or remove this container if it is a second one.',
  };
}

function evaluateGate(subject: PodSubject, view: ContainerView, report: Report): void {
  for (const [field, value] of Object.entries(view.container)) {
    if (ALLOWED_FIELDS.has(field) || isUnset(value)) continue;
    if (field === 'volumeMounts') {
      evaluateMounts(subject, view, report);
      continue;
    }
    report({
      ...inContainer(view, field),
      // Most values are not shown, because they may have a secret in them.
      found: field === 'restartPolicy' ? show(value) : 'set',
      required: 'must not be set',
      fix: `Remove ${field}. The start gate must run as it was built, and end before the other containers start.`,
    });
  }
}

function evaluateMounts(subject: PodSubject, view: ContainerView, report: Report): void {
  const mounts = view.container.volumeMounts ?? [];
  const others = mounts.filter((mount, index) => index > 0 || !isCertificateMount(subject, mount));
  if (others.length === 0) return;
  report({
    ...inContainer(view, 'volumeMounts'),
    found: show(others),
    required: `must have ${show(CERTIFICATE_MOUNT)} alone, of a volume from the whole ConfigMap "${CERTIFICATE_AUTHORITY.configMap}", or not be set`,
    fix: 'Remove the other mounts. The start gate must run as it was built.',
  });
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** Whether the mount is the one that the start gate may have, of the whole ConfigMap. */
function isCertificateMount(subject: PodSubject, mount: VolumeMount): boolean {
  return isDeepEqualJson(mount, CERTIFICATE_MOUNT) && isCertificateVolume(findVolume(subject, mount.name));
}

/** A pod with the start gate before the other init containers, able to read the authority of the gateway that it asks. */
function withGate(pod: Pod, gate: Container, others: readonly Container[]): Pod {
  const changed = changeSpec(pod, (spec) => ({ ...spec, initContainers: [gate, ...others] }));
  return mountCertificates(changed, (container) => container !== gate);
}

function asBuilt(pod: Pod, container: Container): Container {
  const subject = createPodSubject(pod);
  const mounts = (container.volumeMounts ?? []).filter((mount) => isCertificateMount(subject, mount));
  const kept = Object.entries(container).filter(([field]) => ALLOWED_FIELDS.has(field));
  return {
    ...Object.fromEntries(kept),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts.slice(0, 1) }),
  };
}

function newGate(image: string): Container {
  return {
    name: START_GATE_CONTAINER,
    image,
    resources: { limits: LIMITS },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}
