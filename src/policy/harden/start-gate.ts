import { parseImage } from '../roles/image-pattern.ts';
import type { Container, Pod } from '../pod/pod.ts';
import { changeSpec, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';
import type { HardenContext } from './harden-context.ts';

/** What the gate needs; it opens a handful of connections and ends. */
const LIMITS = { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '16Mi' };

/** Puts the start gate first and as it was built; which image it is only the installation knows. */
export const startGate: Fix = {
  check: 'start-gate',
  apply: (pod, context) => {
    const init = pod.spec?.initContainers ?? [];
    const present = init.find((container) => isStartGate(container, context));
    if (present !== undefined) {
      return withInit(pod, [asBuilt(present), ...init.filter((container) => container !== present)]);
    }
    if (context.role.startGate !== 'Required' || context.startGateImage === null) return pod;
    const gate = newGate(context.startGateImage);
    return isStartGate(gate, context) ? withInit(pod, [gate, ...init]) : pod;
  },
};

/** Whether the container runs an image that the installation trusts as its start gate. */
export function isStartGate({ image }: Container, { review }: HardenContext): boolean {
  const digest = parseImage(image ?? '')?.digest ?? null;
  return digest !== null && review.configuration.startGateDigests.includes(digest);
}

function withInit(pod: Pod, initContainers: readonly Container[]): Pod {
  return changeSpec(pod, (spec) => ({ ...spec, initContainers }));
}

function asBuilt(container: Container): Container {
  const bare = without(container, 'command', 'args', 'env', 'envFrom', 'volumeMounts', 'lifecycle');
  return bare.restartPolicy === 'Always' ? without(bare, 'restartPolicy') : bare;
}

function newGate(image: string): Container {
  return {
    name: 'start-gate',
    image,
    resources: { limits: LIMITS },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}
