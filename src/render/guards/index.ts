import type { PolicyObject } from '../admission-policy.ts';
import { controllerRevisionsGuard } from './controller-revisions.ts';
import { createdByGuard } from './created-by.ts';
import { inboundGuard } from './inbound.ts';
import { listedNamespacesGuard } from './listed-namespaces.ts';
import { managedObjectsGuard } from './managed-objects.ts';
import { namespacesGuard } from './namespaces.ts';
import { operatorReachGuard } from './operator-reach.ts';
import { podMetadataGuard } from './pod-metadata.ts';
import { roleUseGuard } from './role-use.ts';
import { sandboxMetadataGuard } from './sandbox-metadata.ts';
import { tokenSecretsGuard } from './token-secrets.ts';
import { tokensGuard } from './tokens.ts';

/**
 * The guard policies: what keeps enrolment, identities and Cloister's own objects out of reach. They hold for everyone
 * whom they do not name, the platform team included; who may delete a policy is decided by RBAC.
 */
export const GUARDS: readonly (readonly PolicyObject[])[] = [
  namespacesGuard,
  listedNamespacesGuard,
  podMetadataGuard,
  managedObjectsGuard,
  tokensGuard,
  tokenSecretsGuard,
  operatorReachGuard,
  roleUseGuard,
  controllerRevisionsGuard,
  inboundGuard,
  sandboxMetadataGuard,
  createdByGuard,
];
