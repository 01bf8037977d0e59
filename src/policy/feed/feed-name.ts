import { systemNamespaceOf } from '../../api/names.ts';

/** The ConfigMaps in a tenant's system namespace that tell its gateway what holds: their format, label and names. */
export const FEED = {
  /** The gateway refuses any other. */
  format: 1,
  /** Its value is the kind of what the ConfigMap is about. */
  label: 'cloister.dev/feed',
  prefix: 'cloister-feed-',
} as const;

/** What a ConfigMap of the feed is about. */
export type FeedSubject =
  | { readonly kind: 'Tenant' }
  | { readonly kind: 'Role'; readonly role: string }
  | { readonly kind: 'Sandbox'; readonly namespace: string; readonly sandbox: string };

/** The key of the one text in a ConfigMap of the feed, by what it is about. */
export const FEED_KEYS: Readonly<Record<FeedSubject['kind'], string>> = {
  Tenant: 'tenant.json',
  Role: 'role.json',
  Sandbox: 'sandbox.json',
};

const NAMES = {
  Tenant: `${FEED.prefix}tenant`,
  Role: `${FEED.prefix}role-`,
  Sandbox: `${FEED.prefix}sandbox-`,
} as const;

/** Returns the name of the ConfigMap. No two have the same: names of namespaces and sandboxes have no dots. */
export function feedName(subject: FeedSubject): string {
  if (subject.kind === 'Tenant') return NAMES.Tenant;
  if (subject.kind === 'Role') return `${NAMES.Role}${subject.role}`;
  return `${NAMES.Sandbox}${subject.namespace}.${subject.sandbox}`;
}

/** Where the ConfigMap of a subject is. */
export function feedPlace(
  tenant: string,
  subject: FeedSubject,
): { readonly namespace: string; readonly name: string } {
  return { namespace: systemNamespaceOf(tenant), name: feedName(subject) };
}

/** Returns what a ConfigMap of this name is about; null where it is not of the feed. */
export function readFeedName(name: string): FeedSubject | null {
  if (name === NAMES.Tenant) return { kind: 'Tenant' };
  if (name.startsWith(NAMES.Role)) return { kind: 'Role', role: name.slice(NAMES.Role.length) };
  if (!name.startsWith(NAMES.Sandbox)) return null;
  const [namespace = '', sandbox = '', ...more] = name.slice(NAMES.Sandbox.length).split('.');
  if (namespace === '' || sandbox === '' || more.length > 0) return null;
  return { kind: 'Sandbox', namespace, sandbox };
}
