import { createUsageReader } from '../../policy/models/create-usage-reader.ts';
import type { DecidedModelRequest, ModelAPI } from '../../policy/models/model-rules.ts';
import { readUsage, type TokenUsage } from '../../policy/models/read-usage.ts';
import { tokensUsed } from '../../policy/models/tokens-used.ts';

/** Finds out how many tokens a response has used, while it passes. */
export interface ModelUsage {
  /** Called with the head of the response. */
  readonly start: (status: number, contentType: string) => void;
  readonly push: (chunk: Buffer) => void;
  /** How many of the reserved tokens count as used. `wasSent`: whether the vendor may have got the request. */
  readonly tokens: (wasSent: boolean) => number;
}

/** A response that is no stream and longer than this is taken to have used all that was reserved. */
const MAX_READ_BYTES = 4 * 1_024 * 1_024;

export function isEventStream(contentType: string): boolean {
  return contentType.toLowerCase().startsWith('text/event-stream');
}

/** `hold` takes room for so many bytes in all, and says whether there is. Of a response for which there is none, no more is read. */
export function createModelUsage(
  api: ModelAPI,
  { reservedTokens, inputTokens }: Pick<DecidedModelRequest, 'reservedTokens' | 'inputTokens'>,
  hold: (bytes: number) => boolean,
): ModelUsage {
  const reader = createUsageReader(api, inputTokens, hold);
  const chunks: Buffer[] = [];
  let status: number | null = null;
  let bytes = 0;
  let isStream = false;
  let isKept = true;
  return {
    start: (given, contentType) => {
      status = given;
      isStream = isEventStream(contentType);
    },
    push: (chunk) => {
      if (isStream) return reader.push(chunk);
      bytes += chunk.length;
      isKept &&= bytes <= MAX_READ_BYTES && hold(bytes);
      if (isKept) chunks.push(Buffer.from(chunk));
      else chunks.length = 0;
      return undefined;
    },
    tokens: (wasSent) => {
      const usage = isStream ? reader.usage() : isKept ? usageOf(api, chunks) : null;
      return tokensUsed(reservedTokens, { wasSent, status, usage });
    },
  };
}

function usageOf(api: ModelAPI, chunks: readonly Buffer[]): TokenUsage | null {
  try {
    return readUsage(api, JSON.parse(Buffer.concat(chunks).toString()));
  } catch {
    return null;
  }
}
