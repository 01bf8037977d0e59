import { z } from 'zod';
import { agentRole } from '../../api/agent-role.ts';
import { agentSandbox } from '../../api/agent-sandbox.ts';
import { sha256Hex } from '../../api/shape/digests.ts';
import { dnsLabel, objectUID, ownerName } from '../../api/shape/names.ts';
import { time } from '../../api/shape/times.ts';
import { tenantIsolation } from '../../api/tenant-isolation.ts';
import { FEED } from './feed-name.ts';

/** Twice what a tenant may list: namespaces that it lets go are listed until nothing is left in them. */
const MAX_NAMESPACES = 128;
const MAX_ROLES = 64;

const tenantSpec = tenantIsolation.schema.shape.spec.shape;
const common = { format: z.literal(FEED.format), tenant: ownerName() };

/** The tenant: what its sandboxes share. */
export const tenantFeed = z.strictObject({
  ...common,
  uid: objectUID(),
  /** The enrolled ones. */
  namespaces: z.array(dnsLabel()).max(MAX_NAMESPACES),
  allowedRoles: z.array(ownerName()).max(MAX_ROLES),
  limits: tenantSpec.limits,
  approvals: tenantSpec.approvals,
  credentials: tenantSpec.credentials,
  vault: tenantSpec.vault,
  database: tenantSpec.database,
  /** Whether the gateway may have database logins made. Not set where the tenant has no database. */
  databaseLogins: z.enum(['Issued', 'Withheld']).optional(),
  vectorStore: tenantSpec.vectorStore,
  fileStorage: tenantSpec.fileStorage,
  shadow: z
    .strictObject({
      roles: z.array(ownerName()).max(MAX_ROLES),
      untilTime: time(),
      startTime: time().optional(),
    })
    .optional(),
});

/**
 * A Secret that all governed pods of a namespace and role share, where they belong to no sandbox. Without a hash it is being
 * made or taken away, and proves nothing.
 */
const sharedSecret = z.strictObject({ namespace: dnsLabel(), hash: sha256Hex().optional() });

const roleCommon = {
  ...common,
  role: ownerName(),
  sharedSecrets: z.array(sharedSecret).max(MAX_NAMESPACES),
};

/**
 * A role. `Withdrawn`: pods are left of a role that the tenant does not allow any more or that was deleted. It has no spec,
 * so that nothing can be granted from it.
 */
export const roleFeed = z.discriminatedUnion('state', [
  z.strictObject({
    ...roleCommon,
    state: z.literal('Allowed'),
    uid: objectUID(),
    /** The SHA-256 of the spec in canonical JSON. */
    hash: sha256Hex(),
    spec: agentRole.schema.shape.spec,
  }),
  z.strictObject({ ...roleCommon, state: z.literal('Withdrawn') }),
]);

/** A sandbox that has a pod. */
export const sandboxFeed = z.strictObject({
  ...common,
  namespace: dnsLabel(),
  sandbox: ownerName(),
  uid: objectUID(),
  podUID: objectUID(),
  /** Whether the pod has read its secret. */
  podStarted: z.boolean(),
  role: ownerName(),
  narrow: agentSandbox.schema.shape.spec.shape.narrow,
  /** The SHA-256 of the secret by which the pod proves which sandbox it is. */
  proxySecretHash: sha256Hex(),
  contained: z.boolean(),
});

export type TenantFeed = z.infer<typeof tenantFeed>;
export type RoleFeed = z.infer<typeof roleFeed>;
export type SandboxFeed = z.infer<typeof sandboxFeed>;
export type SharedSecret = z.infer<typeof sharedSecret>;
