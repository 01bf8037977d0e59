import type { RoleFeed, SandboxFeed, TenantFeed } from '../../src/policy/feed/feed-schemas.ts';
import { roleFeedOf, tenantFeedOf } from '../../src/operator/feed/decide-feed.ts';
import { buildAgentRole } from './agent-role.ts';
import { buildTenantIsolation } from './tenant-isolation.ts';

const UID = '8a1f0c7e-0000-4000-8000-000000000001';
export const HASH = 'ab'.repeat(32);

/** What a gateway is told of the minimal tenant, of its role and of a sandbox in it. */
export function buildTenantFeed(): TenantFeed {
  const tenant = buildTenantIsolation(({ metadata }) => (metadata.uid = UID));
  return tenantFeedOf(tenant, ['minimal-agents']);
}

export function buildRoleFeed(): Extract<RoleFeed, { state: 'Allowed' }> {
  const role = buildAgentRole(({ metadata }) => (metadata.uid = UID));
  const sharedSecrets = [{ namespace: 'minimal-agents', hash: HASH }];
  const feed = roleFeedOf({ tenant: 'minimal', name: 'minimal', role, sharedSecrets });
  if (feed?.state !== 'Allowed') throw new Error('the role is allowed');
  return feed;
}

export const SANDBOX_FEED: SandboxFeed = {
  format: 1,
  tenant: 'minimal',
  namespace: 'minimal-agents',
  sandbox: 'agent',
  uid: UID,
  podUID: UID,
  podStarted: true,
  role: 'minimal',
  narrow: { tools: ['search'], readOnlyPaths: ['/data'] },
  proxySecretHash: HASH,
  contained: false,
};
