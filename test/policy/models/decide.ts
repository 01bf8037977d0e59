import { parseStrictJson } from '../../../src/lib/strict-json.ts';
import { decideModelRequest } from '../../../src/policy/models/decide-model-request.ts';
import type { Llm, ModelAPI, ModelDecision } from '../../../src/policy/models/model-rules.ts';
import { violationsOf } from '../../../src/policy/decision.ts';

export type Body = Readonly<Record<string, unknown>>;

export const PATHS: Readonly<Record<ModelAPI, string>> = {
  OpenAIChat: '/v1/chat/completions',
  OpenAIResponses: '/v1/responses',
  AnthropicMessages: '/v1/messages',
};

export function rulesOf(api: ModelAPI, rules: Partial<Llm> = {}): Llm {
  return {
    api,
    models: ['model-a', 'model-b'],
    maxOutputTokens: 1000,
    hostedTools: [],
    remoteURLs: 'Deny',
    ...rules,
  };
}

/** Decides a body as it would come over the network. */
export function decide(rules: Llm, body: unknown, path: string = PATHS[rules.api]): ModelDecision {
  const parsed = parseStrictJson(JSON.stringify(body));
  if ('problem' in parsed) throw new Error(parsed.problem);
  return decideModelRequest(rules, { path, body: parsed.value }, 'spec.upstreams["vendor"].llm');
}

/** The reason and the field of a refusal; null where it is allowed. */
export function refusalOf(rules: Llm, body: unknown, path?: string): string | null {
  const { decision } = decide(rules, body, path);
  if (decision.effect === 'Allow') return null;
  return `${decision.reason} ${violationsOf(decision)[0]?.field ?? ''}`;
}

/** A PNG of one byte, as far as anybody looks. */
export const IMAGE = 'data:image/png;base64,iVBORw0KGgo=';
export const URL_OF_IMAGE = 'https://example.com/a.png';
