import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { Clock } from '../../lib/clock.ts';
import { FEED_KEYS, feedPlace, type FeedSubject } from '../../policy/feed/feed-name.ts';
import { parseRoleFeed, parseSandboxFeed } from '../../policy/feed/parse-feed.ts';
import type { RoleFeed, SandboxFeed } from '../../policy/feed/feed-schemas.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import type { QuarantineLookup } from '../agent-quarantine/quarantine-lookup.ts';
import type { DatabaseReports } from '../database/database-reports.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { ApplyRendered } from '../tenant-isolation/apply-rendered.ts';
import type { Attempts } from '../tenant-isolation/attempts.ts';
import type { Enrolments } from '../tenant-isolation/enrolments.ts';

/** What the reconciler of the feed reads and writes. */
export interface FeedContext {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  readonly caches: OperatorCaches;
  readonly enrolments: Enrolments;
  /** The tenant that holds a namespace. */
  readonly tenantOf: (namespace: string) => TenantPolicy | null;
  readonly quarantineOf: Pick<QuarantineLookup, 'ofSandbox'>;
  readonly databaseReports: Pick<DatabaseReports, 'get'>;
}

/** One reconciliation of one ConfigMap of the feed. */
export interface FeedRun {
  readonly context: FeedContext;
  readonly attempts: Attempts;
  readonly apply: ApplyRendered;
}

type Caches = Pick<OperatorCaches, 'configMaps'>;

/** Returns what the feed has of a role now; null where it has nothing that can be read. */
export function toldRole(caches: Caches, tenant: string, role: string): RoleFeed | null {
  const parsed = parseRoleFeed(textOf(caches, tenant, { kind: 'Role', role }), tenant, role);
  return 'feed' in parsed ? parsed.feed : null;
}

/** The same for a sandbox. */
export function toldSandbox(
  caches: Caches,
  tenant: string,
  place: { readonly namespace: string; readonly sandbox: string },
): SandboxFeed | null {
  const parsed = parseSandboxFeed(textOf(caches, tenant, { kind: 'Sandbox', ...place }), tenant, place);
  return 'feed' in parsed ? parsed.feed : null;
}

function textOf({ configMaps }: Caches, tenant: string, subject: FeedSubject): string | undefined {
  const { namespace, name } = feedPlace(tenant, subject);
  return configMaps.get(namespace, name)?.data?.[FEED_KEYS[subject.kind]];
}
