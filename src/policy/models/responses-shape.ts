import { z } from 'zod';
import {
  byMember,
  byTypeOr,
  count,
  flag,
  imageURL,
  inlineData,
  json,
  jsonSchema,
  labels,
  list,
  maybe,
  type Members,
  number,
  object,
  oneOf,
  remoteURL,
  type Shape,
  text,
  textOr,
} from './body-shape.ts';
import type { Llm } from './model-rules.ts';

/** The body of a request for OpenAI's responses, but for `tools` and `tool_choice`. */
export function responsesShape(rules: Pick<Llm, 'remoteURLs' | 'hostedTools'>): Shape {
  const items = { ...itemShapes(rules.remoteURLs), ...(rules.hostedTools.length === 0 ? {} : HOSTED_CALLS) };
  return object(
    { model: text, input: textOr(byTypeOr('message', items)) },
    { ...SAMPLING, ...OUTPUT, ...LABELS },
  );
}

const SAMPLING: Members = {
  instructions: text,
  temperature: number,
  top_p: number,
  reasoning: object({}, { effort: text, summary: text, generate_summary: text }),
  truncation: oneOf('auto', 'disabled'),
};

const OUTPUT: Members = {
  max_output_tokens: count,
  max_tool_calls: count,
  top_logprobs: count,
  stream: flag,
  stream_options: object({}, { include_obfuscation: flag }),
  text: object(
    {},
    {
      verbosity: text,
      format: byMember('type', {
        text: {},
        json_object: {},
        json_schema: { name: text, schema: jsonSchema, ...maybe({ description: text, strict: flag }) },
      }),
    },
  ),
  include: list(text),
  parallel_tool_calls: flag,
  tools: json,
  tool_choice: json,
};

/** What runs in the background is out of reach of a quarantine, and what is kept can be asked for by who has the same key. */
const LABELS: Members = {
  background: z.literal(false),
  store: z.literal(false),
  metadata: labels,
  user: text,
  safety_identifier: text,
  prompt_cache_key: text,
  prompt_cache_retention: oneOf('in_memory'),
  service_tier: oneOf('auto', 'default', 'flex'),
};

const state = maybe({ id: text, status: text });
const output = maybe({ annotations: json, logprobs: json });
const local = maybe({ environment: object({ type: oneOf('local') }) });

/** `file_id` and `item_reference` name what the vendor keeps for everybody who has the same key. */
function itemShapes(remote: Llm['remoteURLs']): Readonly<Record<string, Members>> {
  const parts = {
    input_text: { text },
    input_image: { image_url: imageURL(remote), ...maybe({ detail: text }) },
    input_file: maybe({ file_data: inlineData, file_url: remoteURL(remote), filename: text, detail: text }),
  };
  const message = byMember('type', {
    ...parts,
    input_audio: { input_audio: object({ data: inlineData, format: text }) },
    output_text: { text, ...output },
    refusal: { refusal: text },
  });
  const result = { call_id: text, output: textOr(byMember('type', parts)), ...state };
  const screenshot = object({ type: oneOf('computer_screenshot'), image_url: imageURL(remote) });
  return {
    message: {
      role: oneOf('user', 'assistant', 'system', 'developer'),
      content: textOr(message),
      ...state,
      ...maybe({ phase: text }),
    },
    function_call_output: result,
    custom_tool_call_output: result,
    computer_call_output: {
      call_id: text,
      output: screenshot,
      ...state,
      ...maybe({ acknowledged_safety_checks: json }),
    },
    ...CALLS,
  };
}

const NOT_STORED =
  'must be set, because nothing is stored: ask for "reasoning.encrypted_content" in include, and send it again';

/** What the model asked the agent to do, which the agent says again. */
const CALLS: Readonly<Record<string, Members>> = {
  function_call: { call_id: text, name: text, arguments: text, ...state, ...maybe({ namespace: text }) },
  custom_tool_call: { call_id: text, name: text, input: text, ...state, ...maybe({ namespace: text }) },
  reasoning: {
    encrypted_content: z.string(NOT_STORED),
    ...state,
    ...maybe({
      summary: list(object({ type: oneOf('summary_text'), text })),
      content: list(object({ type: oneOf('reasoning_text'), text })),
    }),
  },
  computer_call: {
    call_id: text,
    ...state,
    ...maybe({ action: json, actions: json, pending_safety_checks: json }),
  },
  local_shell_call: { call_id: text, action: json, ...state },
  local_shell_call_output: { output: text, ...state, ...maybe({ call_id: text }) },
  shell_call: { call_id: text, action: json, ...state, ...local },
  shell_call_output: { call_id: text, output: json, ...state, ...maybe({ max_output_length: count }) },
  apply_patch_call: { call_id: text, operation: json, ...state },
  apply_patch_call_output: { call_id: text, ...state, ...maybe({ output: text }) },
};

/**
 * What the vendor ran. The gateway lets it be said again where the role lists the tool that did: see `judgeHostedCalls`. An image is there as
 * a whole, because its id alone names a stored one. A container by its name may be another agent's.
 */
const HOSTED_CALLS: Readonly<Record<string, Members>> = {
  web_search_call: { ...state, ...maybe({ action: json }) },
  file_search_call: { ...state, ...maybe({ queries: json, results: json }) },
  code_interpreter_call: { ...state, ...maybe({ code: text, outputs: json }) },
  image_generation_call: { result: inlineData, ...state },
  mcp_list_tools: { server_label: text, tools: json, ...state, ...maybe({ error: json }) },
  mcp_call: {
    server_label: text,
    name: text,
    arguments: text,
    ...state,
    ...maybe({ output: text, error: json, approval_request_id: text }),
  },
  mcp_approval_response: { approval_request_id: text, approve: flag, ...state, ...maybe({ reason: text }) },
  mcp_approval_request: { server_label: text, name: text, arguments: text, ...state },
};
