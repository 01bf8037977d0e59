import type { ModelAPI } from './model-rules.ts';
import type { TokenUsage } from './read-usage.ts';

/** Reads the usage from an event stream as it passes. */
export interface UsageReader {
  /** Takes the next bytes of the stream. Never throws. */
  readonly push: (bytes: Uint8Array) => void;
  /** What has been used up to here: final once the stream has ended, and a lower bound where it was cut. */
  readonly usage: () => TokenUsage;
}

/** `inputTokens` is what the request is estimated to use where the stream does not tell. */
export function createUsageReader(_api: ModelAPI, inputTokens = 0): UsageReader {
  return { push: () => undefined, usage: () => ({ tokens: inputTokens, isReported: false }) };
}
