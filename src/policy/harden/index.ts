import { apparmor } from './apparmor.ts';
import { capabilities } from './capabilities.ts';
import { dns } from './dns.ts';
import type { Fix } from './fix.ts';
import { hostNamespaces } from './host-namespaces.ts';
import { hostPorts } from './host-ports.ts';
import { hostProbes } from './host-probes.ts';
import { hostProcess } from './host-process.ts';
import { lifetime } from './lifetime.ts';
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
  hostNamespaces,
  hostPorts,
  hostProcess,
  hostProbes,
  capabilities,
  seccompProfile,
  apparmor,
  selinux,
  sysctls,
  serviceAccount,
  serviceAccountToken,
  volumeTypes,
  volumeMounts,
  userNamespace,
  dns,
  scheduling,
  termination,
  lifetime,
];
