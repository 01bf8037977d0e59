import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';
import { allowCall, denyCall } from '../tools/call-decision.ts';
import type { Shape } from './body-shape.ts';
import { chatShape } from './chat-shape.ts';
import { estimateInputTokens } from './estimate-tokens.ts';
import { findMisfit, type Misfit, refuseField } from './find-misfit.ts';
import { judgeHostedCalls, judgeTools } from './judge-tools.ts';
import { limitOutput } from './limit-output.ts';
import { messagesShape } from './messages-shape.ts';
import type { DecidedModelRequest, Llm, ModelAPI, ModelDecision, ModelRequest } from './model-rules.ts';
import { responsesShape } from './responses-shape.ts';

type Body = Readonly<Record<string, unknown>>;

/**
 * Decides a request for a model vendor on its parsed body: the model, the tools that the vendor runs, the URLs that it would
 * fetch, the most output tokens. Everything else that a body may have is listed, and what is not is refused. `rule` is the
 * path of the rules in the role, such as `spec.upstreams["openai"].llm`.
 */
export function decideModelRequest(rules: Llm, request: ModelRequest, rule = 'llm'): ModelDecision {
  const endpoint = endpointOf(rules.api, request.path);
  if (endpoint === null) return deny(refusePath(rules.api, request.path), `${rule}.api`);
  const judged = judgeBody(rules, request.body);
  if ('misfit' in judged) return deny(judged.misfit, rule);
  const limited = limitOutput(judged.body, rules);
  if ('misfit' in limited) return deny(limited.misfit, rule);
  const decided: DecidedModelRequest =
    endpoint === 'Count'
      ? { body: judged.body, reservedTokens: 0, inputTokens: 0, addsUsageEvent: false }
      : prepare(rules.api, limited);
  return { ...allowCall({ rule, level: 'Gateway' }), request: decided };
}

const RULES: Readonly<Partial<Record<Misfit['reason'], string>>> = {
  ModelNotAllowed: '.models',
  HostedToolNotAllowed: '.hostedTools',
  RemoteURLNotAllowed: '.remoteURLs',
  OutputTokensNotAllowed: '.maxOutputTokens',
};

function deny({ reason, finding }: Misfit, rule: string): ModelDecision {
  return denyCall(reason, { rule: `${rule}${RULES[reason] ?? ''}`, level: 'Gateway' }, finding);
}

const ENDPOINTS: Readonly<Record<ModelAPI, RegExp>> = {
  OpenAIChat: /\/chat\/completions$/,
  OpenAIResponses: /\/responses$/,
  AnthropicMessages: /\/messages(?:\/count_tokens)?$/,
};
/** Some vendors take the model from the path, and read nothing of it in the body. */
const NAMES_MODEL = /\/(?:deployments|engines|models?)\//;

function endpointOf(api: ModelAPI, target: string): 'Create' | 'Count' | null {
  const [path = ''] = target.split('?', 1);
  if (!ENDPOINTS[api].test(path) || NAMES_MODEL.test(path)) return null;
  return path.endsWith('/count_tokens') ? 'Count' : 'Create';
}

function refusePath(api: ModelAPI, path: string): Misfit {
  const ends = {
    OpenAIChat: '/chat/completions',
    OpenAIResponses: '/responses',
    AnthropicMessages: '/messages',
  };
  const misfit = refuseField([], {
    reason: 'ModelRequestNotAllowed',
    found: show(path),
    required: `must end in ${ends[api]}, and name no model, where the role has rules for ${api}`,
  });
  return { ...misfit, finding: { ...misfit.finding, field: 'path' } };
}

type Judged = { readonly body: Body } | { readonly misfit: Misfit };

function judgeBody(rules: Llm, body: unknown): Judged {
  if (!isRecord(body)) {
    const required = 'must be a JSON object';
    return { misfit: refuseField([], { reason: 'ModelRequestNotAllowed', found: show(body), required }) };
  }
  const misfit =
    judgeModel(rules, body) ??
    judgeTools(body, rules) ??
    findMisfit(shapeOf(rules), body) ??
    judgeHostedCalls(body, rules);
  return misfit === null ? { body } : { misfit };
}

function judgeModel({ models }: Llm, body: Body): Misfit | null {
  const model = body['model'];
  if (typeof model === 'string' && models.includes(model)) return null;
  return refuseField(['model'], {
    reason: 'ModelNotAllowed',
    found: show(model),
    required: 'must be a model that the role lists',
  });
}

type Variants = Readonly<Record<'hosted' | 'own', Readonly<Record<Llm['remoteURLs'], Shape>>>>;

/** Made once: making one takes longer than using it. */
const SHAPES: Readonly<Record<ModelAPI, Variants>> = {
  OpenAIChat: variants(({ remoteURLs }) => chatShape(remoteURLs)),
  OpenAIResponses: variants(responsesShape),
  AnthropicMessages: variants(messagesShape),
};

function variants(make: (rules: Pick<Llm, 'remoteURLs' | 'hostedTools'>) => Shape): Variants {
  const both = (hostedTools: string[]) => ({
    Deny: make({ remoteURLs: 'Deny', hostedTools }),
    Allow: make({ remoteURLs: 'Allow', hostedTools }),
  });
  return { hosted: both(['any']), own: both([]) };
}

function shapeOf({ api, hostedTools, remoteURLs }: Llm): Shape {
  return SHAPES[api][hostedTools.length === 0 ? 'own' : 'hosted'][remoteURLs];
}

function prepare(
  api: ModelAPI,
  { body, outputTokens }: { readonly body: Body; readonly outputTokens: number },
): DecidedModelRequest {
  const inputTokens = estimateInputTokens(body);
  const options = isRecord(body['stream_options']) ? body['stream_options'] : {};
  const addsUsageEvent = api === 'OpenAIChat' && body['stream'] === true && options['include_usage'] !== true;
  return {
    body: {
      ...body,
      ...(addsUsageEvent ? { stream_options: { ...options, include_usage: true } } : {}),
      // The default of this API is to keep the answer.
      ...(api === 'OpenAIResponses' ? { store: false } : {}),
    },
    reservedTokens: inputTokens + outputTokens,
    inputTokens,
    addsUsageEvent,
  };
}
