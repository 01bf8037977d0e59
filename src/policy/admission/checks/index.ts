import type { Check } from '../check.ts';
import { debug } from './debug.ts';
import { devices } from './devices.ts';
import { dns } from './dns.ts';
import { environmentSecrets } from './environment-secrets.ts';
import { hostNamespaces } from './host-namespaces.ts';
import { imagePolicy } from './image-policy.ts';
import { lifetime } from './lifetime.ts';
import { priorityClass } from './priority-class.ts';
import { privileged } from './privileged.ts';
import { processSharing } from './process-sharing.ts';
import { reservedMetadata } from './reserved-metadata.ts';
import { resourceLimits } from './resource-limits.ts';
import { role } from './role.ts';
import { runAsNonRoot } from './run-as-non-root.ts';
import { runtimeClass } from './runtime-class.ts';
import { scheduling } from './scheduling.ts';
import { serviceAccountToken } from './service-account-token.ts';
import { serviceAccount } from './service-account.ts';
import { startGate } from './start-gate.ts';
import { termination } from './termination.ts';
import { userNamespace } from './user-namespace.ts';
import { volumeMounts } from './volume-mounts.ts';

/** The pod contract: every check, in the order in which its findings are told. */
export const CHECKS: readonly Check[] = [
  hostNamespaces,
  privileged,
  runAsNonRoot,
  serviceAccount,
  serviceAccountToken,
  resourceLimits,
  devices,
  imagePolicy,
  environmentSecrets,
  volumeMounts,
  runtimeClass,
  userNamespace,
  processSharing,
  dns,
  scheduling,
  priorityClass,
  termination,
  lifetime,
  reservedMetadata,
  role,
  startGate,
  debug,
];
