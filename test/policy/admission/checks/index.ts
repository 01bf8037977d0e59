import type { CheckFixtures } from './fixture.ts';
import { hostNamespacesFixtures } from './host-namespaces.ts';
import { privilegedFixtures } from './privileged.ts';
import { runAsNonRootFixtures } from './run-as-non-root.ts';

/** The fixtures of every check, in the order of the contract. */
export const CHECK_FIXTURES: readonly CheckFixtures[] = [
  hostNamespacesFixtures,
  privilegedFixtures,
  runAsNonRootFixtures,
];
