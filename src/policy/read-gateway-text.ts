import type { z } from 'zod';
import { describeIssue, fieldPath } from '../api/describe-issue.ts';
import { isRecord } from '../lib/is-record.ts';
import { show } from '../lib/show.ts';

/** What a text that the operator writes for a gateway says, or why it cannot be used, in one line. */
export type GatewayText<T> =
  | { readonly written: Readonly<Record<string, unknown>>; readonly read: T }
  | { readonly problem: string };

/** Reads such a text, undefined where there is none: a JSON object of a format and a schema. */
export function readGatewayText<T>(
  text: string | undefined,
  format: number,
  schema: z.ZodType<T>,
): GatewayText<T> {
  if (text === undefined) return { problem: 'it is not set' };
  const written = parseJson(text);
  if (!isRecord(written)) return { problem: 'it is not a JSON object' };
  if (written['format'] !== format) {
    return { problem: `format is ${show(written['format'])}; this gateway knows only ${format}` };
  }
  const parsed = schema.safeParse(written);
  return parsed.success ? { written, read: parsed.data } : { problem: describe(parsed.error, written) };
}

/** How a field is refused that the gateway does not know: what is not understood may be what forbids. */
export function describeUnknownField(path: string): string {
  return `${path} is not a field that this gateway knows`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe({ issues }: z.ZodError, value: unknown): string {
  const [issue] = issues;
  if (issue === undefined) return 'it is not valid';
  if (issue.code !== 'unrecognized_keys') return describeIssue(issue, value);
  return describeUnknownField(fieldPath([...issue.path, ...issue.keys.slice(0, 1)]));
}
