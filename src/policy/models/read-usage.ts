import type { ModelAPI } from './model-rules.ts';

/** Tokens that a response has used, those of its request included. */
export interface TokenUsage {
  readonly tokens: number;
  /** Whether the vendor said so; otherwise it is what the response has used at least. */
  readonly isReported: boolean;
}

/** Reads the usage from the parsed body of a whole response; null where it tells none. */
export function readUsage(_api: ModelAPI, _body: unknown): TokenUsage | null {
  return null;
}
