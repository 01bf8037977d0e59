import type { Pod } from '../../policy/pod/pod.ts';
import { type ContainerView, createPodSubject, inContainer } from '../../policy/pod/pod-subject.ts';

/** The limits that hardening stated for a container that had none, one sentence each: their size is a guess. */
export function statedLimits(before: Pod, after: Pod, prefix: string): readonly string[] {
  const old = createPodSubject(before).containers;
  return createPodSubject(after, prefix).containers.flatMap((view) => {
    const previous = old.find((one) => isSame(one, view));
    if (previous === undefined) return [];
    return Object.entries(view.container.resources?.limits ?? {})
      .filter(([resource, amount]) => previous.container.resources?.limits?.[resource] !== amount)
      .map(([resource, amount]) => {
        const { field } = inContainer(view, `resources.limits.${resource}`);
        return `container "${view.container.name ?? ''}": ${prefix}${field} was set to ${amount}, a share of what the role grants; set what it needs`;
      });
  });
}

function isSame(one: ContainerView, other: ContainerView): boolean {
  return one.position === other.position && one.container.name === other.container.name;
}
