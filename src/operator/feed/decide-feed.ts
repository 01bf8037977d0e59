import { type AgentRole, agentRole } from '../../api/agent-role.ts';
import { type AgentSandbox, agentSandbox } from '../../api/agent-sandbox.ts';
import { isOwnedBy } from '../../api/ownership.ts';
import { type TenantIsolation, tenantIsolation } from '../../api/tenant-isolation.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { sha256 } from '../../lib/sha256.ts';
import { FEED } from '../../policy/feed/feed-name.ts';
import type { RoleFeed, SandboxFeed, SharedSecret, TenantFeed } from '../../policy/feed/feed-schemas.ts';
import { agentCredentials } from '../../policy/credentials/agent-credentials.ts';
import type { LoginDecision } from '../../policy/database/decide-logins.ts';
import { resolveRole } from '../../policy/sandboxes/resolve-role.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import { isContained } from '../agent-quarantine/decide-containment.ts';
import type { ObservedPod } from '../observed-objects.ts';

/** Returns what the feed says of a tenant. `namespaces` are the enrolled ones; `logins` is undefined where it has no database. */
export function tenantFeedOf(
  tenant: TenantIsolation,
  namespaces: readonly string[],
  logins?: LoginDecision,
): TenantFeed {
  // Read by the schema, so that what an older API server left out is there.
  const spec = tenantIsolation.schema.shape.spec.parse(tenant.spec);
  const { limits, approvals, vault, database, vectorStore, fileStorage, shadow } = spec;
  const startTime = tenant.status?.shadow?.startTime;
  return {
    format: FEED.format,
    tenant: tenant.metadata.name,
    uid: tenant.metadata.uid ?? '',
    namespaces: [...namespaces],
    allowedRoles: [...spec.roles.allowed].sort(),
    limits,
    approvals,
    credentials: agentCredentials(spec),
    vault,
    database,
    databaseLogins: logins === undefined || logins === 'Issued' ? logins : 'Withheld',
    vectorStore,
    fileStorage,
    shadow: shadow === undefined ? undefined : { ...shadow, startTime },
  };
}

/** A role as a tenant has it. */
export interface RoleWorld {
  readonly tenant: string;
  readonly name: string;
  /** Undefined where the tenant does not allow it, or it does not exist. */
  readonly role: AgentRole | undefined;
  readonly sharedSecrets: readonly SharedSecret[];
}

/** Returns what the feed says of a role; null where it says nothing. */
export function roleFeedOf({ tenant, name, role, sharedSecrets }: RoleWorld): RoleFeed | null {
  const sorted = [...sharedSecrets].sort((left, right) => (left.namespace < right.namespace ? -1 : 1));
  const common = { format: FEED.format, tenant, role: name, sharedSecrets: sorted };
  if (role === undefined) return sorted.length === 0 ? null : { ...common, state: 'Withdrawn' };
  const spec = agentRole.schema.shape.spec.parse(role.spec);
  const hash = sha256(canonicalJson(spec));
  return { ...common, state: 'Allowed', uid: role.metadata.uid ?? '', hash, spec };
}

/** A sandbox as the caches have it. */
export interface SandboxWorld {
  /** The tenant whose gateway reads it. */
  readonly tenant: string;
  /** The tenant that holds the namespace. */
  readonly holder: TenantPolicy | null;
  readonly sandbox: AgentSandbox | undefined;
  readonly pod: ObservedPod | undefined;
  /** Whether a quarantine holds it. */
  readonly isQuarantined: boolean;
}

/** Returns all that the feed says of a sandbox but for its secret; null where it says nothing. */
export function sandboxFactsOf(world: SandboxWorld): Omit<SandboxFeed, 'proxySecretHash'> | null {
  const { tenant, holder, sandbox, pod } = world;
  if (sandbox === undefined || pod === undefined || holder?.name !== tenant) return null;
  const { uid, name, namespace = '' } = sandbox.metadata;
  const resolution = resolveRole(sandbox, holder);
  if (!isOwnedBy(pod, uid) || resolution.state !== 'Named') return null;
  return {
    format: FEED.format,
    tenant,
    namespace,
    sandbox: name,
    uid: uid ?? '',
    podUID: pod.metadata.uid ?? '',
    podStarted: (pod.status?.phase ?? 'Pending') !== 'Pending',
    role: resolution.name,
    narrow: agentSandbox.schema.shape.spec.shape.narrow.parse(sandbox.spec.narrow),
    // The gateway learns of it before the label of the pod is written, which closes its network.
    contained: world.isQuarantined || isContained(pod),
  };
}
