import { isRecord } from '../../lib/is-record.ts';
import { type Misfit, refuseField } from './find-misfit.ts';
import type { Llm, ModelAPI } from './model-rules.ts';

type Body = Readonly<Record<string, unknown>>;

/** Where each API takes the most output tokens of one answer. The first is set where a request has none. */
const LIMITS = {
  OpenAIChat: ['max_completion_tokens', 'max_tokens'],
  OpenAIResponses: ['max_output_tokens'],
  AnthropicMessages: ['max_tokens'],
} as const satisfies Record<ModelAPI, readonly [string, ...string[]]>;

/** The body with a limit, and the most tokens that all its answers together may have; or what refuses it. */
export type LimitedOutput =
  | { readonly body: Body; readonly outputTokens: number }
  | { readonly misfit: Misfit };

/** Holds a body that fits its shape to the most output tokens. Answers that are asked for at once count together. */
export function limitOutput(body: Body, { api, maxOutputTokens }: Llm): LimitedOutput {
  const answers = numberAt(body, 'n') ?? 1;
  const limit = Math.floor(maxOutputTokens / answers);
  const asked = LIMITS[api].filter((member) => numberAt(body, member) !== null);
  const [member = LIMITS[api][0], other] = asked;
  if (other !== undefined) {
    const required = `must not be set beside ${member}`;
    return { misfit: refuseField([other], { reason: 'ModelRequestNotAllowed', found: 'set', required }) };
  }
  const tokens = numberAt(body, member) ?? limit;
  if (limit === 0) return { misfit: refuseTokens(['n'], answers, maxOutputTokens) };
  if (tokens > limit) return { misfit: refuseTokens([member], tokens, limit) };
  const thinking = isRecord(body['thinking']) ? numberAt(body['thinking'], 'budget_tokens') : null;
  if (thinking !== null && thinking > limit) {
    return { misfit: refuseTokens(['thinking', 'budget_tokens'], thinking, limit) };
  }
  return { body: { ...body, [member]: tokens }, outputTokens: tokens * answers };
}

function numberAt(body: Body, member: string): number | null {
  const value = body[member];
  return typeof value === 'number' ? value : null;
}

function refuseTokens(path: readonly string[], found: number, limit: number): Misfit {
  const required = `must be at most ${limit}`;
  return refuseField(path, { reason: 'OutputTokensNotAllowed', found: String(found), required });
}
