import type { CheckFixtures } from './fixture.ts';
import { annotationsFixtures } from './annotations.ts';
import { apparmorFixtures } from './apparmor.ts';
import { capabilitiesFixtures } from './capabilities.ts';
import { debugFixtures } from './debug.ts';
import { devicesFixtures } from './devices.ts';
import { dnsFixtures } from './dns.ts';
import { environmentSecretsFixtures } from './environment-secrets.ts';
import { gatewayAliasesFixtures } from './gateway-aliases.ts';
import { hostNamespacesFixtures } from './host-namespaces.ts';
import { hostPathFixtures } from './host-path.ts';
import { hostPortsFixtures } from './host-ports.ts';
import { hostProbesFixtures } from './host-probes.ts';
import { hostProcessFixtures } from './host-process.ts';
import { imagePolicyFixtures } from './image-policy.ts';
import { lifetimeFixtures } from './lifetime.ts';
import { nodePlacementFixtures } from './node-placement.ts';
import { operatingSystemFixtures } from './operating-system.ts';
import { priorityClassFixtures } from './priority-class.ts';
import { privilegeEscalationFixtures } from './privilege-escalation.ts';
import { privilegedFixtures } from './privileged.ts';
import { procMountFixtures } from './proc-mount.ts';
import { processSharingFixtures } from './process-sharing.ts';
import { readOnlyRootFilesystemFixtures } from './read-only-root-filesystem.ts';
import { reservedMetadataFixtures } from './reserved-metadata.ts';
import { resourceLimitsFixtures } from './resource-limits.ts';
import { roleFixtures } from './role.ts';
import { runAsNonRootFixtures } from './run-as-non-root.ts';
import { runAsUserFixtures } from './run-as-user.ts';
import { runtimeClassFixtures } from './runtime-class.ts';
import { schedulingFixtures } from './scheduling.ts';
import { seccompProfileFixtures } from './seccomp-profile.ts';
import { selinuxFixtures } from './selinux.ts';
import { serviceAccountTokenFixtures } from './service-account-token.ts';
import { serviceAccountFixtures } from './service-account.ts';
import { serviceLinksFixtures } from './service-links.ts';
import { startGateFixtures } from './start-gate.ts';
import { sysctlsFixtures } from './sysctls.ts';
import { terminationFixtures } from './termination.ts';
import { userNamespaceFixtures } from './user-namespace.ts';
import { volumeMountsFixtures } from './volume-mounts.ts';
import { volumeTypesFixtures } from './volume-types.ts';

/** The fixtures of every check, in the order of the contract. */
export const CHECK_FIXTURES: readonly CheckFixtures[] = [
  startGateFixtures,
  hostNamespacesFixtures,
  hostPortsFixtures,
  hostPathFixtures,
  hostProcessFixtures,
  hostProbesFixtures,
  privilegedFixtures,
  privilegeEscalationFixtures,
  capabilitiesFixtures,
  runAsNonRootFixtures,
  runAsUserFixtures,
  readOnlyRootFilesystemFixtures,
  seccompProfileFixtures,
  apparmorFixtures,
  selinuxFixtures,
  sysctlsFixtures,
  procMountFixtures,
  operatingSystemFixtures,
  serviceAccountFixtures,
  serviceAccountTokenFixtures,
  resourceLimitsFixtures,
  devicesFixtures,
  imagePolicyFixtures,
  environmentSecretsFixtures,
  volumeTypesFixtures,
  volumeMountsFixtures,
  runtimeClassFixtures,
  userNamespaceFixtures,
  processSharingFixtures,
  dnsFixtures,
  gatewayAliasesFixtures,
  serviceLinksFixtures,
  schedulingFixtures,
  nodePlacementFixtures,
  priorityClassFixtures,
  terminationFixtures,
  lifetimeFixtures,
  reservedMetadataFixtures,
  annotationsFixtures,
  roleFixtures,
  debugFixtures,
];
