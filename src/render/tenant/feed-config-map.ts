import { canonicalJson } from '../../lib/canonical-json.ts';
import { FEED, FEED_KEYS, feedPlace, type FeedSubject } from '../../policy/feed/feed-name.ts';
import type { RoleFeed, SandboxFeed, TenantFeed } from '../../policy/feed/feed-schemas.ts';
import { GATEWAY_LABELS, type RenderedObject } from './rendered-object.ts';

/** What the operator tells the gateway of a tenant. */
export function tenantFeedConfigMap(feed: TenantFeed): RenderedObject {
  return feedConfigMap(feed, { kind: 'Tenant' });
}

/** What the operator tells the gateway of one role of its tenant. */
export function roleFeedConfigMap(feed: RoleFeed): RenderedObject {
  return feedConfigMap(feed, { kind: 'Role', role: feed.role });
}

/** What the operator tells the gateway of one sandbox of its tenant. */
export function sandboxFeedConfigMap(feed: SandboxFeed): RenderedObject {
  return feedConfigMap(feed, { kind: 'Sandbox', namespace: feed.namespace, sandbox: feed.sandbox });
}

/** In canonical JSON, so that the same facts are the same text. */
function feedConfigMap(feed: { readonly tenant: string }, subject: FeedSubject): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...feedPlace(feed.tenant, subject),
      labels: { ...GATEWAY_LABELS, [FEED.label]: subject.kind },
    },
    data: { [FEED_KEYS[subject.kind]]: canonicalJson(feed) },
  };
}
