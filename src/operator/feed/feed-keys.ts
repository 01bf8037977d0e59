import { tenantOfSystemNamespace } from '../../api/names.ts';
import { type KubeObject, objectKey } from '../../kube/kube-object.ts';
import { FEED, feedPlace, type FeedSubject, readFeedName } from '../../policy/feed/feed-name.ts';
import type { Enrolments } from '../tenant-isolation/enrolments.ts';
import type { OperatorCaches } from '../operator-caches.ts';

/** What a ConfigMap of the feed is about, and whose it is. */
export interface FeedEntry {
  readonly tenant: string;
  readonly subject: FeedSubject;
}

/** The key of a ConfigMap of the feed is its namespace and name, so that it says what the ConfigMap is about. */
export function feedKey({ tenant, subject }: FeedEntry): string {
  return objectKey(feedPlace(tenant, subject));
}

/** Returns null for a ConfigMap that is not of the feed. */
export function readFeedKey(key: string): FeedEntry | null {
  const [namespace = '', name = ''] = key.split('/');
  const subject = readFeedName(name);
  const tenant = tenantOfSystemNamespace(namespace);
  return subject === null || tenant === null ? null : { tenant, subject };
}

/** What the feed should have, and all that it has. */
export function knownFeed(caches: OperatorCaches, enrolments: Enrolments): ReadonlySet<string> {
  const wanted = caches.tenants
    .list()
    .flatMap(({ metadata: { name }, spec }) => [
      feedKey({ tenant: name, subject: { kind: 'Tenant' } }),
      ...spec.roles.allowed.map((role) => feedKey({ tenant: name, subject: { kind: 'Role', role } })),
      ...enrolments
        .namespacesOf(name)
        .flatMap((namespace) => caches.sandboxes.list(namespace).map((sandbox) => sandboxKey(name, sandbox))),
    ]);
  const found = caches.configMaps.list().filter(isOfFeed);
  return new Set([...wanted, ...found.map(({ metadata }) => objectKey(metadata))]);
}

export function sandboxKey(tenant: string, { metadata }: KubeObject): string {
  const { namespace = '', name = '' } = metadata;
  return feedKey({ tenant, subject: { kind: 'Sandbox', namespace, sandbox: name } });
}

/** Whether an object is a ConfigMap of the feed. */
export function isOfFeed({ metadata: { labels } }: KubeObject): boolean {
  return labels?.[FEED.label] !== undefined;
}
