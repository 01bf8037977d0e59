import type { ContainerSecurityContext, PodSecurityContext } from '../pod/pod.ts';
import { type ContainerView, EVERY_CONTAINER, inContainer, type PodSubject } from '../pod/pod-subject.ts';
import type { CelRule } from './check.ts';

/** A security context and where it is: `view` is null for that of the pod. */
export interface SecurityContextView {
  readonly securityContext: ContainerSecurityContext | PodSecurityContext;
  readonly view: ContainerView | null;
}

/** The pod's own security context and those of the containers in all three lists. One that is not set is left out. */
export function* securityContextsOf({ spec, containers }: PodSubject): Generator<SecurityContextView> {
  if (spec.securityContext) yield { securityContext: spec.securityContext, view: null };
  for (const view of containers) {
    const { securityContext } = view.container;
    if (securityContext) yield { securityContext, view };
  }
}

/** The container and path of a field of a security context, for a finding. */
export function inSecurityContext(
  view: ContainerView | null,
  field: string,
): { readonly container?: string; readonly field: string } {
  return view === null
    ? { field: `spec.securityContext.${field}` }
    : inContainer(view, `securityContext.${field}`);
}

/** The same in CEL: `rule` is given the expression of the security context, to be followed by `.?field`. */
export function securityContextRules(rule: (securityContext: string) => string): readonly CelRule[] {
  return [
    { expression: rule('object.spec.?securityContext') },
    { each: EVERY_CONTAINER, expression: rule('c.?securityContext') },
  ];
}
