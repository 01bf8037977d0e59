import { readSampleObject } from '../demo/samples.ts';
import type { Writable, WritablePod } from '../build/pod.ts';

/** A pod as its author writes it, and the check that must refuse it; null if the pod must be admitted. */
export interface BenchPod {
  readonly manifest: WritablePod;
  readonly refusedBy: string | null;
}

/** The namespace of the pods. */
export const NAMESPACE = 'acme-agents';
/** How many distinct pods a bar uses, unless it says otherwise. */
export const POD_COUNT = 1_000;

/** The refused samples, and the check that refuses each. */
const REFUSED: readonly (readonly [sample: string, check: string])[] = [
  ['privileged', 'privileged'],
  ['root', 'run-as-user'],
  ['writable-root', 'read-only-root-filesystem'],
  ['host-path', 'host-path'],
  ['host-network', 'host-namespaces'],
  ['no-limits', 'resource-limits'],
  ['too-much-memory', 'resource-limits'],
  ['secret-in-environment', 'environment-secrets'],
  ['service-account-token', 'service-account-token'],
  ['unpinned-image', 'image-policy'],
  ['added-capability', 'capabilities'],
  ['no-seccomp', 'seccomp-profile'],
];
/** Of ten pods in a row, those that are refused. */
const REFUSED_PLACES: readonly number[] = [2, 5, 8];

/** Returns distinct pods of two containers, three of ten with something wrong. The same on every run. */
export function benchPods(count = POD_COUNT): readonly BenchPod[] {
  const compliant = read('workloads/compliant-pod.yaml');
  const refused = REFUSED.map(([sample, check]) => ({ pod: read(`refused/${sample}.yaml`), check }));
  return Array.from({ length: count }, (_, index) => {
    const place = REFUSED_PLACES.indexOf(index % 10);
    const wrong = place < 0 ? undefined : refused[(Math.floor(index / 10) * 3 + place) % refused.length];
    if (wrong === undefined) return { manifest: vary(compliant, index), refusedBy: null };
    return { manifest: vary(wrong.pod, index), refusedBy: wrong.check };
  });
}

function read(file: string): WritablePod {
  return readSampleObject(file) as unknown as WritablePod;
}

/** Returns a copy with its own name, labels, image, environment and amounts, as pods of different tasks have. */
function vary(sample: WritablePod, index: number): WritablePod {
  const pod = structuredClone(sample);
  const task = `hermes-${String(index).padStart(4, '0')}`;
  pod.metadata = {
    ...pod.metadata,
    name: task,
    namespace: NAMESPACE,
    labels: { ...pod.metadata.labels, 'app.kubernetes.io/instance': task },
  };
  const [agent] = pod.spec.containers;
  const digest = index.toString(16).padStart(64, 'ab');
  agent.image = agent.image?.replace(/@sha256:.*/, `@sha256:${digest}`);
  agent.env = [...(agent.env ?? []), { name: 'TASK', value: task }];
  varyAmounts(agent, index);
  return pod;
}

function varyAmounts({ resources }: Writable<WritablePod['spec']['containers'][0]>, index: number): void {
  if (resources?.limits?.['cpu'] === undefined || resources.limits['memory'] !== '1Gi') return;
  resources.limits['cpu'] = `${400 + (index % 8) * 50}m`;
  resources.limits['memory'] = `${768 + (index % 16) * 16}Mi`;
}
