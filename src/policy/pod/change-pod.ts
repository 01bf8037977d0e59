import type { Container, ContainerSecurityContext, Pod, PodSecurityContext, PodSpec } from './pod.ts';
import type { ContainerPosition } from './pod-subject.ts';

/** An object without some of its members. */
export function without<Value extends object>(object: Value, ...names: readonly (keyof Value)[]): Value {
  return Object.fromEntries(
    Object.entries(object).filter(([name]) => !names.includes(name as keyof Value)),
  ) as Value;
}

/** A pod with another spec. */
export function changeSpec(pod: Pod, change: (spec: PodSpec) => PodSpec): Pod {
  return { ...pod, spec: change(pod.spec ?? {}) };
}

const LISTS = [
  ['initContainers', 'InitContainer'],
  ['containers', 'Container'],
  ['ephemeralContainers', 'EphemeralContainer'],
] as const;

/** A pod with other containers, in all three lists; the pod itself where `change` changes none of them. */
export function changeContainers(
  pod: Pod,
  change: (container: Container, position: ContainerPosition) => Container,
): Pod {
  const changed: { -readonly [List in (typeof LISTS)[number][0]]?: readonly Container[] } = {};
  for (const [list, position] of LISTS) {
    const before = pod.spec?.[list];
    const after = before?.map((container) => change(container, position));
    if (after?.some((container, index) => container !== before?.[index])) changed[list] = after;
  }
  return Object.keys(changed).length === 0 ? pod : changeSpec(pod, (spec) => ({ ...spec, ...changed }));
}

/** A container with some members of its security context set. */
export function setSecurityContext(container: Container, members: ContainerSecurityContext): Container {
  return { ...container, securityContext: { ...container.securityContext, ...members } };
}

/** A pod with some members of its own security context set; a member that was set keeps its place. */
export function setPodSecurityContext(pod: Pod, members: PodSecurityContext): Pod {
  return changeSpec(pod, (spec) => ({ ...spec, securityContext: { ...spec.securityContext, ...members } }));
}

/** A pod with other security contexts of its containers; an absent one stays absent. */
export function changeContainerSecurityContexts(
  pod: Pod,
  change: (context: ContainerSecurityContext) => ContainerSecurityContext,
): Pod {
  return changeContainers(pod, (container) =>
    container.securityContext
      ? { ...container, securityContext: change(container.securityContext) }
      : container,
  );
}

/** A pod with other security contexts, its own and those of its containers; an absent one stays absent. */
export function changeSecurityContexts(
  pod: Pod,
  change: <Context extends PodSecurityContext | ContainerSecurityContext>(context: Context) => Context,
): Pod {
  return changeSpec(changeContainerSecurityContexts(pod, change), (spec) =>
    spec.securityContext ? { ...spec, securityContext: change(spec.securityContext) } : spec,
  );
}
