import type { Container, Pod, PodMetadata, PodSpec } from './pod.ts';
import { gatherVolumes, type PodVolumes } from './pod-volumes.ts';

/** Which list of a pod holds a container. Ephemeral containers may not carry resources, ports or probes (core/v1). */
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

/** What is evaluated: a pod or the pod inside a template, with its containers and volumes gathered once. */
export interface PodSubject {
  readonly metadata: PodMetadata;
  readonly spec: PodSpec;
  /** Init containers first, then containers, then ephemeral containers. */
  readonly containers: readonly ContainerView[];
  readonly volumes: PodVolumes;
  /** The path of the pod in its manifest, with a trailing dot: empty for a pod, `spec.template.` for a Deployment. */
  readonly prefix: string;
}

/** Gathers a pod for evaluation. `prefix` is the path of the pod in its manifest, with a trailing dot. */
export function createPodSubject(pod: Pod, prefix = ''): PodSubject {
  const spec: PodSpec = pod.spec ?? {};
  const containers = [
    ...gather(spec.initContainers, 'InitContainer'),
    ...gather(spec.containers, 'Container'),
    ...gather(spec.ephemeralContainers, 'EphemeralContainer'),
  ];
  const volumes = gatherVolumes(spec, containers);
  return { metadata: pod.metadata ?? {}, spec, containers, volumes, prefix };
}

function gather(
  list: readonly Container[] | undefined,
  position: ContainerPosition,
): readonly ContainerView[] {
  return (list ?? []).map((container, index) => ({ container, position, index }));
}

const LISTS: Record<ContainerPosition, string> = {
  Container: 'containers',
  InitContainer: 'initContainers',
  EphemeralContainer: 'ephemeralContainers',
};

/** The container and the path of a field of it from the pod's root, for a finding. */
export function inContainer(
  { container, position, index }: ContainerView,
  field: string,
): { readonly container: string; readonly field: string } {
  return { container: container.name ?? '', field: `spec.${LISTS[position]}[${index}].${field}` };
}
