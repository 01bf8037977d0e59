import type { AgentRole } from '../../api/agent-role.ts';
import type { Change } from '../../kube/fold.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { FEED, FEED_KEYS, type FeedSubject, feedName, readFeedName } from '../../policy/feed/feed-name.ts';
import {
  parseRoleFeed,
  parseSandboxFeed,
  parseTenantFeed,
  type ParsedFeed,
} from '../../policy/feed/parse-feed.ts';
import type { RoleFeed, SandboxFeed, TenantFeed } from '../../policy/feed/feed-schemas.ts';
import type { CallPolicy } from '../../policy/tools/call-policy.ts';

export type FeedConfigMap = KubeObject & { readonly data?: Readonly<Record<string, string>> };

export type Compile = (spec: AgentRole['spec'], role: string) => CallPolicy;

/** What the feed says of a role. `policy` is null where it is withdrawn. */
export interface KnownRole {
  readonly feed: RoleFeed;
  readonly policy: CallPolicy | null;
}

/** What of the feed has changed: the sandboxes by their pods' UIDs, the roles by name, or everything. */
export type FeedChange =
  | { readonly kind: 'All' }
  | { readonly kind: 'Role'; readonly role: string }
  | { readonly kind: 'Pods'; readonly podUIDs: readonly string[] };

/** What the operator has told. Each text is parsed once, and each role compiled once for each hash. */
export interface FeedState {
  /** Takes a change of a ConfigMap; returns what it is about. */
  readonly take: (change: Change<FeedConfigMap>) => FeedChange;
  /** Undefined where nothing was told. */
  readonly tenant: () => ParsedFeed<TenantFeed> | undefined;
  readonly role: (name: string) => ParsedFeed<KnownRole> | undefined;
  readonly sandbox: (namespace: string, name: string) => ParsedFeed<SandboxFeed> | undefined;
  /** Everything that cannot be used, one line each. */
  readonly problems: () => readonly string[];
}

interface Told {
  readonly tenant: Map<string, ParsedFeed<TenantFeed>>;
  readonly roles: Map<string, ParsedFeed<KnownRole>>;
  readonly sandboxes: Map<string, ParsedFeed<SandboxFeed>>;
  /** ConfigMaps with the label that are not of the feed. */
  readonly strangers: Map<string, { readonly problem: string }>;
}

/** Creates a state in which nothing was told. */
export function createFeedState(tenant: string, compile: Compile): FeedState {
  const told: Told = { tenant: new Map(), roles: new Map(), sandboxes: new Map(), strangers: new Map() };
  return {
    take: (change) => take(told, change, { tenant, compile }),
    tenant: () => told.tenant.get(feedName({ kind: 'Tenant' })),
    role: (role) => told.roles.get(feedName({ kind: 'Role', role })),
    sandbox: (namespace, sandbox) => told.sandboxes.get(feedName({ kind: 'Sandbox', namespace, sandbox })),
    problems: () =>
      [told.tenant, told.roles, told.sandboxes, told.strangers].flatMap((map) =>
        [...map.values()].flatMap((one) => ('problem' in one ? one.problem : [])),
      ),
  };
}

interface Context {
  readonly tenant: string;
  readonly compile: Compile;
}

function take(told: Told, { type, object }: Change<FeedConfigMap>, context: Context): FeedChange {
  const { name = '', labels } = object.metadata;
  const subject = readFeedName(name);
  const kind = labels?.[FEED.label];
  if (subject === null) {
    const problem = `the ConfigMap "${name}" has the label ${FEED.label}, and no name that this gateway knows`;
    put(told.strangers, name, type === 'Deleted' ? undefined : { problem });
    return { kind: 'Pods', podUIDs: [] };
  }
  const place: Place = { name, isGone: type === 'Deleted', text: object.data?.[FEED_KEYS[subject.kind]] };
  const mislabelled = `the ConfigMap "${name}": its label ${FEED.label} is "${kind}"; it must be "${subject.kind}"`;
  return write(told, subject, { ...place, problem: kind === subject.kind ? null : mislabelled }, context);
}

interface Place {
  readonly name: string;
  readonly isGone: boolean;
  readonly text: string | undefined;
  /** Why the text is not looked at. */
  readonly problem?: string | null;
}

function write(told: Told, subject: FeedSubject, place: Place, { tenant, compile }: Context): FeedChange {
  const { name, text } = place;
  if (subject.kind === 'Tenant') {
    put(
      told.tenant,
      name,
      parsed(place, () => parseTenantFeed(text, tenant)),
    );
    return { kind: 'All' };
  }
  if (subject.kind === 'Role') {
    const { role } = subject;
    const known = told.roles.get(name);
    const read = (): ParsedFeed<KnownRole> => compileRole(parseRoleFeed(text, tenant, role), known, compile);
    put(told.roles, name, parsed(place, read));
    return { kind: 'Role', role };
  }
  const before = told.sandboxes.get(name);
  const now = parsed(place, () => parseSandboxFeed(text, tenant, subject));
  put(told.sandboxes, name, now);
  const podUIDs = [before, now].flatMap((one) => (one && 'feed' in one ? one.feed.podUID : []));
  return { kind: 'Pods', podUIDs: [...new Set(podUIDs)] };
}

function parsed<T>({ isGone, problem }: Place, read: () => ParsedFeed<T>): ParsedFeed<T> | undefined {
  if (isGone) return undefined;
  return typeof problem === 'string' ? { problem } : read();
}

function put<T>(map: Map<string, T>, name: string, value: T | undefined): void {
  if (value === undefined) map.delete(name);
  else map.set(name, value);
}

function compileRole(
  read: ParsedFeed<RoleFeed>,
  known: ParsedFeed<KnownRole> | undefined,
  compile: Compile,
): ParsedFeed<KnownRole> {
  if ('problem' in read) return read;
  const { feed } = read;
  if (feed.state === 'Withdrawn') return { feed: { feed, policy: null } };
  const before = known && 'feed' in known ? known.feed : null;
  const isCompiled = before?.feed.state === 'Allowed' && before.feed.hash === feed.hash;
  if (isCompiled) return { feed: { feed, policy: before.policy } };
  try {
    return { feed: { feed, policy: compile(feed.spec, feed.role) } };
  } catch (error) {
    return { problem: `the role "${feed.role}" cannot be compiled: ${errorMessage(error)}` };
  }
}
