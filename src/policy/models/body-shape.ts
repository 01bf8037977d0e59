import { z } from 'zod';
import { isRecord } from '../../lib/is-record.ts';
import type { Reason } from '../reasons.ts';
import type { Llm } from './model-rules.ts';

/** What a place of a body may hold. Nothing is converted: what fits is what was sent. */
export type Shape = z.ZodType;
export type Members = Readonly<Record<string, Shape>>;

export const text = z.string();
export const flag = z.boolean();
export const number = z.number();
export const count = z.int().min(0);
/** JSON that the vendor hands on and does not act upon, such as the arguments of a call. */
export const json = z.unknown();

/** These members and no others. A member that is null counts as left out. */
export function object(required: Members, optional: Members = {}): Shape {
  return z.strictObject({ ...required, ...maybe(optional) });
}

function maybe(members: Members): Record<string, Shape> {
  return Object.fromEntries(Object.entries(members).map(([name, shape]) => [name, shape.nullish()]));
}

export function oneOf(...values: readonly [string, ...string[]]): Shape {
  return z.enum([...values] as [string, ...string[]]);
}

/** Objects that are told apart by the value of one member. */
export function byMember(member: string, options: Readonly<Record<string, Members>>): Shape {
  return tagged(
    member,
    Object.entries(options).map(([name, members]) => ({ [member]: z.literal(name), ...members })),
    Object.keys(options),
  );
}

/** Like {@link byMember}, by the member `type`, for a list in which it may be left out of one sort of item. */
export function byTypeOr(untyped: string, options: Readonly<Record<string, Members>>): Shape {
  const items = Object.entries(options).map(([name, members]) => {
    const literal = z.literal(name);
    return { type: name === untyped ? literal.optional() : literal, ...members };
  });
  return tagged('type', items, Object.keys(options));
}

function tagged(member: string, items: readonly Members[], names: readonly string[]): Shape {
  const objects = items.map((item) => z.strictObject(item)) as unknown as [z.ZodObject, ...z.ZodObject[]];
  const message = `must have a "${member}" that the gateway decides on: ${names.join(', ')}`;
  return z.discriminatedUnion(member, objects, { error: () => message });
}

/** Text, or a list of parts. */
export function textOr(part: Shape): Shape {
  return z.union([text, list(part)]);
}

/** Optional members, for {@link byMember}. */
export { maybe };

/** Items up to the first that does not fit. An array of zod makes an issue for each, which is seconds of work for a long list. */
export function list(item: Shape): Shape {
  return z.array(z.unknown()).check(({ value, issues }) => {
    for (const [index, one] of value.entries()) {
      const parsed = item.safeParse(one);
      if (parsed.success) continue;
      for (const issue of parsed.error.issues) {
        issues.push({ ...issue, path: [index, ...issue.path], input: one } as (typeof issues)[number]);
      }
      return;
    }
  });
}

/** Members by any name. They are counted before one is looked at. */
export function record(member: Shape, maxMembers: number): Shape {
  return z
    .unknown()
    .refine(
      (value) => !isRecord(value) || Object.keys(value).length <= maxMembers,
      `must have at most ${maxMembers} members`,
    )
    .pipe(z.record(z.string().max(64), member));
}

/** A text that is refused for a reason of its own. */
export function judgedText(judge: (value: string) => TextRefusal | null): Shape {
  return z.string().superRefine((value, context) => {
    const refusal = judge(value);
    if (refusal === null) return;
    context.addIssue({ code: 'custom', message: refusal.required, params: { reason: refusal.reason } });
  });
}

export interface TextRefusal {
  readonly reason: Reason;
  /** A clause that begins with "must". */
  readonly required: string;
}

type RemoteURLs = Llm['remoteURLs'];

const IMAGE = /^data:image\/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/;
const DATA = /^(?:data:[a-z0-9]+\/[a-z0-9.+-]+;base64,)?[A-Za-z0-9+/_-]+={0,2}$/;
const HTTPS = /^https:\/\/[^\s\p{Cc}]+$/u;

/** The image itself, or its URL where the role allows that the vendor fetches it. */
export function imageURL(remote: RemoteURLs): Shape {
  return judgedText((value) => {
    if (IMAGE.test(value)) return null;
    return refuseURL(value, remote, 'a PNG, JPEG, GIF or WebP image as "data:image/…;base64,…"');
  });
}

/** A URL that the vendor fetches. */
export function remoteURL(remote: RemoteURLs): Shape {
  return judgedText((value) => refuseURL(value, remote, null));
}

function refuseURL(value: string, remote: RemoteURLs, inline: string | null): TextRefusal | null {
  if (remote === 'Allow' && HTTPS.test(value)) return null;
  const allowed = [...(inline === null ? [] : [inline]), ...(remote === 'Allow' ? ['an https URL'] : [])];
  const required = allowed.length === 0 ? 'must not be set' : `must be ${allowed.join(' or ')}`;
  return { reason: 'RemoteURLNotAllowed', required };
}

/** Bytes in base64. Some vendors take a URL here too. */
export const inlineData: Shape = judgedText((value) =>
  DATA.test(value) ? null : { reason: 'RemoteURLNotAllowed', required: 'must be base64, and no URL' },
);

/** A JSON Schema. A reference to another document is one that the vendor may fetch. */
export const jsonSchema: Shape = z.unknown().superRefine((value, context) => {
  if (!hasRemoteReference(value)) return;
  const message = 'must be a JSON Schema that refers to nothing outside of it';
  context.addIssue({ code: 'custom', message, params: { reason: 'RemoteURLNotAllowed' satisfies Reason } });
});

const REFERENCES: ReadonlySet<string> = new Set(['$ref', '$dynamicRef', '$recursiveRef']);

function hasRemoteReference(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasRemoteReference);
  if (!isRecord(value)) return false;
  return Object.entries(value).some(([name, member]) =>
    REFERENCES.has(name) && typeof member === 'string' ? !member.startsWith('#') : hasRemoteReference(member),
  );
}

/** Labels that the vendor keeps with the request. */
export const labels: Shape = record(z.string().max(512), 16);

export const cacheControl: Shape = object({ type: oneOf('ephemeral') }, { ttl: oneOf('5m', '1h') });
