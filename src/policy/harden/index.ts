import { apparmor } from './apparmor.ts';
import { capabilities } from './capabilities.ts';
import { dns } from './dns.ts';
import type { Fix } from './fix.ts';
import { hostNamespaces } from './host-namespaces.ts';
import { hostPorts } from './host-ports.ts';
import { hostProbes } from './host-probes.ts';
import { hostProcess } from './host-process.ts';
import { lifetime } from './lifetime.ts';
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

/**
 * Every fix, in the order in which they are applied: the start gate before what all containers need, volumes before
 * their mounts. A check that is not here asks for a decision: host paths, privilege, images, credentials, devices.
 */
export const FIXES: readonly Fix[] = [
  hostNamespaces,
  hostPorts,
  hostProcess,
  hostProbes,
  privilegeEscalation,
  capabilities,
  runAsNonRoot,
  runAsUser,
  readOnlyRootFilesystem,
  apparmor,
  procMount,
  resourceLimits,
  runtimeClass,
  processSharing,
  dns,
  priorityClass,
  lifetime,
  reservedMetadata,
];
