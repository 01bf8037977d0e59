import { denyCall } from '../tools/call-decision.ts';
import type { Llm, ModelDecision, ModelRequest } from './model-rules.ts';

/**
 * Decides a request for a model vendor on its parsed body. `rule` is the path of the rules in the role, such as
 * `spec.upstreams["openai"].llm`.
 */
export function decideModelRequest(_rules: Llm, _request: ModelRequest, rule = 'llm'): ModelDecision {
  return denyCall('Fault', { rule, level: 'Gateway' });
}
