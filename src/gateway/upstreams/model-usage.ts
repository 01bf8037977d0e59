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

export function createModelUsage(api: ModelAPI, request: DecidedModelRequest): ModelUsage {
  const { reservedTokens, inputTokens } = request;
  const reader = createUsageReader(api, inputTokens);
  const chunks: Buffer[] = [];
  let status: number | null = null;
  let bytes = 0;
  let isStream = false;
  return {
    start: (given, contentType) => {
      status = given;
      isStream = isEventStream(contentType);
    },
    push: (chunk) => {
      bytes += chunk.length;
      if (isStream) reader.push(chunk);
      else if (bytes <= MAX_READ_BYTES) chunks.push(Buffer.from(chunk));
      else chunks.length = 0;
    },
    tokens: (wasSent) => {
      const usage = isStream ? reader.usage() : bytes > MAX_READ_BYTES ? null : usageOf(api, chunks);
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
