import { isUtf8 } from 'node:buffer';
import type { FetchedResponse } from './fetch-operation.ts';

/** A response as the agent gets it in JSON. `encoding` says how `body` is written. */
export interface EncodedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly encoding: 'utf-8' | 'base64';
  readonly body: string;
}

/** Writes a body as text where it is UTF-8, and in base64 where it is not. */
export function encodeResponse({ status, headers, body }: FetchedResponse): EncodedResponse {
  const encoding = isUtf8(body) ? 'utf-8' : 'base64';
  return { status, headers, encoding, body: body.toString(encoding) };
}
