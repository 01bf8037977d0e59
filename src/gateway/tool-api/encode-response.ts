import { isUtf8 } from 'node:buffer';
import type { FetchedResponse } from './fetch-operation.ts';

/** A response as the agent gets it in JSON. `encoding` says how `body` is written. */
export interface EncodedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly encoding: 'utf-8' | 'base64';
  readonly body: string;
}

/** What JSON writes with six characters each: a body of these would take as many times its size. */
// oxlint-disable-next-line no-control-regex -- Control characters are what it looks for.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

/** Writes a body as text where it is UTF-8 without control characters, and in base64 where it is not. */
export function encodeResponse({ status, headers, body }: FetchedResponse): EncodedResponse {
  const text = isUtf8(body) ? body.toString('utf-8') : null;
  if (text !== null && !CONTROL.test(text)) return { status, headers, encoding: 'utf-8', body: text };
  return { status, headers, encoding: 'base64', body: body.toString('base64') };
}
