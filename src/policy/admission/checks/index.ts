import type { Check } from '../check.ts';
import { annotations } from './annotations.ts';
import { apparmor } from './apparmor.ts';
import { capabilities } from './capabilities.ts';
import { debug } from './debug.ts';
import { devices } from './devices.ts';
import { dns } from './dns.ts';
import { environmentSecrets } from './environment-secrets.ts';
import { gatewayAliases } from './gateway-aliases.ts';
import { hostNamespaces } from './host-namespaces.ts';
import { hostPath } from './host-path.ts';
import { hostPorts } from './host-ports.ts';
import { hostProbes } from './host-probes.ts';
import { hostProcess } from './host-process.ts';
import { imagePolicy } from './image-policy.ts';
import { lifetime } from './lifetime.ts';
import { nodePlacement } from './node-placement.ts';
import { operatingSystem } from './operating-system.ts';
import { priorityClass } from './priority-class.ts';
import { privilegeEscalation } from './privilege-escalation.ts';
import { privileged } from './privileged.ts';
import { procMount } from './proc-mount.ts';
import { processSharing } from './process-sharing.ts';
import { readOnlyRootFilesystem } from './read-only-root-filesystem.ts';
import { reservedMetadata } from './reserved-metadata.ts';
import { resourceLimits } from './resource-limits.ts';
import { role } from './role.ts';
import { runAsNonRoot } from './run-as-non-root.ts';
import { runAsUser } from './run-as-user.ts';
import { runtimeClass } from './runtime-class.ts';
import { scheduling } from './scheduling.ts';
import { seccompProfile } from './seccomp-profile.ts';
import { selinux } from './selinux.ts';
import { serviceAccountToken } from './service-account-token.ts';
import { serviceAccount } from './service-account.ts';
import { serviceLinks } from './service-links.ts';
import { startGate } from './start-gate.ts';
import { sysctls } from './sysctls.ts';
import { termination } from './termination.ts';
import { userNamespace } from './user-namespace.ts';
import { volumeMounts } from './volume-mounts.ts';
import { volumeTypes } from './volume-types.ts';

/**
 * The pod contract: every check, in the order in which they report and repair: the start gate before what all containers
 * need, volumes before their mounts.
 */
export const CHECKS: readonly Check[] = [
  startGate,
  hostNamespaces,
  hostPorts,
  hostPath,
  hostProcess,
  hostProbes,
  privileged,
  privilegeEscalation,
  capabilities,
  runAsNonRoot,
  runAsUser,
  readOnlyRootFilesystem,
  seccompProfile,
  apparmor,
  selinux,
  sysctls,
  procMount,
  operatingSystem,
  serviceAccount,
  serviceAccountToken,
  resourceLimits,
  devices,
  imagePolicy,
  environmentSecrets,
  volumeTypes,
  volumeMounts,
  runtimeClass,
  userNamespace,
  processSharing,
  dns,
  gatewayAliases,
  serviceLinks,
  scheduling,
  nodePlacement,
  priorityClass,
  termination,
  lifetime,
  reservedMetadata,
  annotations,
  role,
  debug,
];
