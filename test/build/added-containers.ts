import type { Container } from '../../src/policy/pod/pod.ts';
import { buildContainer, buildEphemeralContainer, type Writable, type WritablePod } from './pod.ts';
import { buildRolePolicy } from './review-context.ts';

/** What a fixture with an ephemeral container has beside its pod: a role that allows it. */
export const DEBUGGED = {
  context: { operation: 'Update', role: buildRolePolicy({ allowedAccess: new Set(['Debug']) }) },
} as const;

/** Adds an ephemeral container that is as it should be but for `tweak`. */
export function addEphemeralContainer(
  { spec }: WritablePod,
  tweak: (container: Writable<Container>) => void,
): void {
  spec.ephemeralContainers = [buildEphemeralContainer(tweak)];
}

/** Adds an init container that goes on running beside the others (KEP-753), as it should be but for `tweak`. */
export function addSidecar({ spec }: WritablePod, tweak: (container: Writable<Container>) => void): void {
  const sidecar: Writable<Container> = { ...buildContainer('sidecar'), restartPolicy: 'Always' };
  tweak(sidecar);
  spec.initContainers.push(sidecar);
}
