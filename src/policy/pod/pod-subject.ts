import type { Container, Pod, PodMetadata, PodSpec } from './pod.ts';

/** Where a container stands in a pod. Ephemeral containers may not carry resources, ports or probes (core/v1). */
export type ContainerPosition = 'Container' | 'InitContainer' | 'EphemeralContainer';

/** All three lists; a check that names fewer has a reason to. */
export const EVERY_CONTAINER: readonly ContainerPosition[] = [
  'Container',
  'InitContainer',
  'EphemeralContainer',
];

/** One container with its place, so that every check sees all three lists (Kyverno #2821: a list forgotten is a bypass). */
export interface ContainerView {
  readonly container: Container;
  readonly position: ContainerPosition;
  readonly index: number;
}

/** What is judged: a pod or the pod inside a template, with its containers gathered once. */
export interface PodSubject {
  readonly metadata: PodMetadata;
  readonly spec: PodSpec;
  /** Init containers first, then containers, then ephemeral containers. */
  readonly containers: readonly ContainerView[];
  /** What stands before `spec` and `metadata` in the manifest: empty for a pod, `spec.template.` for a Deployment. */
  readonly prefix: string;
}

const NOTHING = Object.freeze({});

/** Gathers a pod for judgement. `prefix` is where the pod stands in its manifest, with a trailing dot. */
export function createPodSubject(pod: Pod, prefix = ''): PodSubject {
  const spec: PodSpec = pod.spec ?? NOTHING;
  const containers: ContainerView[] = [];
  gather(containers, spec.initContainers, 'InitContainer');
  gather(containers, spec.containers, 'Container');
  gather(containers, spec.ephemeralContainers, 'EphemeralContainer');
  return { metadata: pod.metadata ?? NOTHING, spec, containers, prefix };
}

function gather(
  into: ContainerView[],
  from: readonly Container[] | undefined,
  position: ContainerPosition,
): void {
  if (from === undefined || from === null) return;
  // By number: every pod comes through here, and iterators stand out in the profile of a review.
  for (let index = 0; index < from.length; index++) into.push({ container: from[index]!, position, index });
}

const LISTS: Record<ContainerPosition, string> = {
  Container: 'containers',
  InitContainer: 'initContainers',
  EphemeralContainer: 'ephemeralContainers',
};

/** The path of a field of a container from the pod's root, for example `spec.containers[0].image`. */
export function containerField(view: ContainerView, field: string): string {
  return `spec.${LISTS[view.position]}[${view.index}].${field}`;
}
