import { apparmor } from './apparmor.ts';
import { dns } from './dns.ts';
import type { Fix } from './fix.ts';
import { priorityClass } from './priority-class.ts';
import { privilegeEscalation } from './privilege-escalation.ts';
import { procMount } from './proc-mount.ts';
import { processSharing } from './process-sharing.ts';
import { readOnlyRootFilesystem } from './read-only-root-filesystem.ts';
import { reservedMetadata } from './reserved-metadata.ts';
import { resourceLimits } from './resource-limits.ts';
import { runAsNonRoot } from './run-as-non-root.ts';
import { runAsUser } from './run-as-user.ts';
import { runtimeClass } from './runtime-class.ts';
import { scheduling } from './scheduling.ts';
import { seccompProfile } from './seccomp-profile.ts';
import { selinux } from './selinux.ts';
import { serviceAccountToken } from './service-account-token.ts';
import { serviceAccount } from './service-account.ts';
import { startGate } from './start-gate.ts';
import { sysctls } from './sysctls.ts';
import { termination } from './termination.ts';
import { userNamespace } from './user-namespace.ts';
import { volumeMounts } from './volume-mounts.ts';
import { volumeTypes } from './volume-types.ts';

/**
 * Every fix, in the order in which they are applied: the start gate before what all containers need, volumes before
 * their mounts. A check that is not here asks for a decision: host paths, privilege, images, credentials, devices.
 */
export const FIXES: readonly Fix[] = [
  startGate,
  privilegeEscalation,
  runAsNonRoot,
  runAsUser,
  readOnlyRootFilesystem,
  seccompProfile,
  apparmor,
  selinux,
  sysctls,
  procMount,
  serviceAccount,
  serviceAccountToken,
  resourceLimits,
  volumeTypes,
  volumeMounts,
  runtimeClass,
  userNamespace,
  processSharing,
  dns,
  scheduling,
  priorityClass,
  termination,
  reservedMetadata,
];
