import type { z } from 'zod';
import { fieldPath } from '../../api/describe-issue.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { sha256 } from '../../lib/sha256.ts';
import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';
import { describeUnknownField, readGatewayText } from '../read-gateway-text.ts';
import { FEED, FEED_KEYS, type FeedSubject, feedName } from './feed-name.ts';
import {
  type RoleFeed,
  roleFeed,
  type SandboxFeed,
  sandboxFeed,
  type TenantFeed,
  tenantFeed,
} from './feed-schemas.ts';

/** What a text of the feed says, or why it cannot be used, in one line. */
export type ParsedFeed<T> = { readonly feed: T } | { readonly problem: string };

/** Parses what the operator tells of a tenant. `text` is undefined where the ConfigMap has none. */
export function parseTenantFeed(text: string | undefined, tenant: string): ParsedFeed<TenantFeed> {
  return parse(text, { subject: { kind: 'Tenant' }, schema: tenantFeed, names: { tenant } });
}

/** Parses what the operator tells of a role, whose hash must be that of its spec. */
export function parseRoleFeed(text: string | undefined, tenant: string, role: string): ParsedFeed<RoleFeed> {
  const subject = { kind: 'Role', role } as const;
  const parsed = parse(text, { subject, schema: roleFeed, names: { tenant, role } });
  if ('problem' in parsed || parsed.feed.state === 'Withdrawn') return parsed;
  const { hash, spec } = parsed.feed;
  if (sha256(canonicalJson(spec)) === hash) return parsed;
  return { problem: problemOf(subject, 'hash is not that of the spec') };
}

/** Parses what the operator tells of a sandbox. */
export function parseSandboxFeed(
  text: string | undefined,
  tenant: string,
  { namespace, sandbox }: { readonly namespace: string; readonly sandbox: string },
): ParsedFeed<SandboxFeed> {
  const subject = { kind: 'Sandbox', namespace, sandbox } as const;
  return parse(text, { subject, schema: sandboxFeed, names: { tenant, namespace, sandbox } });
}

interface Expected<T> {
  readonly subject: FeedSubject;
  readonly schema: z.ZodType<T>;
  /** What it must be about, by field. */
  readonly names: Readonly<Record<string, string>>;
}

/** Unknown formats, fields and values are refused: what is not understood may be what forbids. */
function parse<T>(text: string | undefined, { subject, schema, names }: Expected<T>): ParsedFeed<T> {
  const problem = (what: string): ParsedFeed<T> => ({ problem: problemOf(subject, what) });
  const parsed = readGatewayText(text, FEED.format, schema);
  if ('problem' in parsed) return problem(parsed.problem);
  const { written, read } = parsed;
  const unknown = unknownField(written, read, []);
  if (unknown !== null) return problem(describeUnknownField(unknown));
  const other = Object.entries(names).find(([field, name]) => written[field] !== name);
  if (other === undefined) return { feed: read };
  const [field, name] = other;
  return problem(`${field} is ${show(written[field])}; it must be ${show(name)}, as its place says`);
}

function problemOf(subject: FeedSubject, what: string): string {
  return `${FEED_KEYS[subject.kind]} of the ConfigMap "${feedName(subject)}": ${what}`;
}

/** The schemas of the kinds leave fields out that they do not know, as the API server does. Returns the first of these. */
function unknownField(written: unknown, read: unknown, path: readonly (string | number)[]): string | null {
  if (Array.isArray(written)) {
    const items: unknown[] = Array.isArray(read) ? read : [];
    return first(written.map((item, index) => () => unknownField(item, items[index], [...path, index])));
  }
  if (!isRecord(written)) return null;
  return first(
    Object.entries(written).map(([name, member]) => () => {
      if (!isRecord(read) || !Object.hasOwn(read, name)) return fieldPath([...path, name]);
      return unknownField(member, read[name], [...path, name]);
    }),
  );
}

function first(searches: readonly (() => string | null)[]): string | null {
  for (const search of searches) {
    const found = search();
    if (found !== null) return found;
  }
  return null;
}
