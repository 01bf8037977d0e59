import type { CheckFixtures } from './fixture.ts';
import { debugFixtures } from './debug.ts';
import { devicesFixtures } from './devices.ts';
import { dnsFixtures } from './dns.ts';
import { environmentSecretsFixtures } from './environment-secrets.ts';
import { hostNamespacesFixtures } from './host-namespaces.ts';
import { imagePolicyFixtures } from './image-policy.ts';
import { lifetimeFixtures } from './lifetime.ts';
import { priorityClassFixtures } from './priority-class.ts';
import { privilegedFixtures } from './privileged.ts';
import { processSharingFixtures } from './process-sharing.ts';
import { reservedMetadataFixtures } from './reserved-metadata.ts';
import { resourceLimitsFixtures } from './resource-limits.ts';
import { roleFixtures } from './role.ts';
import { runAsNonRootFixtures } from './run-as-non-root.ts';
import { runtimeClassFixtures } from './runtime-class.ts';
import { schedulingFixtures } from './scheduling.ts';
import { serviceAccountTokenFixtures } from './service-account-token.ts';
import { serviceAccountFixtures } from './service-account.ts';
import { startGateFixtures } from './start-gate.ts';
import { terminationFixtures } from './termination.ts';
import { userNamespaceFixtures } from './user-namespace.ts';
import { volumeMountsFixtures } from './volume-mounts.ts';

/** The fixtures of every check, in the order of the contract. */
export const CHECK_FIXTURES: readonly CheckFixtures[] = [
  hostNamespacesFixtures,
  privilegedFixtures,
  runAsNonRootFixtures,
  serviceAccountFixtures,
  serviceAccountTokenFixtures,
  resourceLimitsFixtures,
  devicesFixtures,
  imagePolicyFixtures,
  environmentSecretsFixtures,
  volumeMountsFixtures,
  runtimeClassFixtures,
  userNamespaceFixtures,
  processSharingFixtures,
  dnsFixtures,
  schedulingFixtures,
  priorityClassFixtures,
  terminationFixtures,
  lifetimeFixtures,
  reservedMetadataFixtures,
  roleFixtures,
  startGateFixtures,
  debugFixtures,
];
