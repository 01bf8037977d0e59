import { isRecord } from '../../lib/is-record.ts';
import type { ModelAPI } from './model-rules.ts';

/** Tokens that a response has used, those of its request included. */
export interface TokenUsage {
  readonly tokens: number;
  /** Whether the vendor said so; otherwise it is what the response has used at least. */
  readonly isReported: boolean;
}

/** Input and output, each as far as it is told. */
export interface ToldTokens {
  readonly input: number | null;
  readonly output: number | null;
}

/** Reads the usage from the parsed body of a whole response; null where it tells none. */
export function readUsage(api: ModelAPI, body: unknown): TokenUsage | null {
  const { input, output } = readTold(api, isRecord(body) ? body['usage'] : null);
  return input === null || output === null ? null : { tokens: input + output, isReported: true };
}

/** Reads the member `usage` of a response or of an event. What is no count is not told: it could give back what was used. */
export function readTold(api: ModelAPI, usage: unknown): ToldTokens {
  const told = isRecord(usage) ? usage : {};
  const at = (member: string): number | null => countOf(told[member]);
  const [input, output] =
    api === 'OpenAIChat'
      ? [at('prompt_tokens'), at('completion_tokens')]
      : [at('input_tokens'), at('output_tokens')];
  if (api !== 'AnthropicMessages') return withTotal(input, output, at('total_tokens'));
  // Tokens that are written to or read from a cache are not among the input tokens there.
  const cached = (at('cache_creation_input_tokens') ?? 0) + (at('cache_read_input_tokens') ?? 0);
  return { input: input === null ? null : input + cached, output };
}

/** Where the total is more than its parts, it is what is counted. */
function withTotal(input: number | null, output: number | null, total: number | null): ToldTokens {
  if (input === null || output === null) return { input, output };
  return { input, output: Math.max(output, (total ?? 0) - input) };
}

function countOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}
