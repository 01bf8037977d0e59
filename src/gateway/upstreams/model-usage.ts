import { createUsageReader } from '../../policy/models/create-usage-reader.ts';
import type { DecidedModelRequest, ModelAPI } from '../../policy/models/model-rules.ts';
import { readUsage } from '../../policy/models/read-usage.ts';

/** Finds out how many tokens a response has used, while it passes. */
export interface ModelUsage {
  /** Called with the head of the response. */
  readonly start: (status: number, contentType: string) => void;
  readonly push: (chunk: Buffer) => void;
  /** What has been used; at least, where the response was cut. */
  readonly tokens: () => number;
}

/** A response that is no stream and longer than this is taken to have used all that was reserved. */
const MAX_READ_BYTES = 4 * 1_024 * 1_024;
const FIRST_ERROR = 400;

export function createModelUsage(api: ModelAPI, request: DecidedModelRequest): ModelUsage {
  const { reservedTokens, inputTokens } = request;
  const reader = createUsageReader(api, inputTokens);
  const chunks: Buffer[] = [];
  let status = 0;
  let bytes = 0;
  let isStream = false;
  return {
    start: (given, contentType) => {
      status = given;
      isStream = contentType.toLowerCase().startsWith('text/event-stream');
    },
    push: (chunk) => {
      bytes += chunk.length;
      if (isStream) reader.push(chunk);
      else if (bytes <= MAX_READ_BYTES) chunks.push(Buffer.from(chunk));
      else chunks.length = 0;
    },
    tokens: () => {
      // Vendors do not count what they refuse. What was sent and not answered may have been made.
      if (status >= FIRST_ERROR) return 0;
      if (status === 0) return reservedTokens;
      if (isStream) return reader.usage().tokens;
      const usage = bytes > MAX_READ_BYTES ? null : usageOf(api, Buffer.concat(chunks));
      return usage ?? reservedTokens;
    },
  };
}

function usageOf(api: ModelAPI, body: Buffer): number | null {
  try {
    return readUsage(api, JSON.parse(body.toString()))?.tokens ?? null;
  } catch {
    return null;
  }
}
