import {
  byMember,
  cacheControl,
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
  record,
  type Shape,
  text,
  textOr,
} from './body-shape.ts';
import { z } from 'zod';
import type { Llm } from './model-rules.ts';

/** The body of a request for OpenAI's chat completions, but for `tools` and `tool_choice`. */
export function chatShape(remote: Llm['remoteURLs']): Shape {
  return object({ model: text, messages: list(messageShape(remote)) }, { ...SAMPLING, ...OUTPUT, ...LABELS });
}

const SAMPLING: Members = {
  temperature: number,
  top_p: number,
  frequency_penalty: number,
  presence_penalty: number,
  seed: z.int(),
  logit_bias: record(number, 1024),
  stop: z.union([text, list(text)]),
  reasoning_effort: text,
  verbosity: text,
};

const OUTPUT: Members = {
  max_tokens: count,
  max_completion_tokens: count,
  n: z.int().min(1),
  logprobs: flag,
  top_logprobs: count,
  modalities: list(oneOf('text')),
  stream: flag,
  stream_options: object({}, { include_usage: flag, include_obfuscation: flag }),
  response_format: byMember('type', {
    text: {},
    json_object: {},
    json_schema: {
      json_schema: object({ name: text }, { description: text, schema: jsonSchema, strict: flag }),
    },
  }),
  parallel_tool_calls: flag,
  tools: json,
  tool_choice: json,
  web_search_options: object({}, { search_context_size: text, user_location: json }),
  functions: list(object({ name: text }, { description: text, parameters: jsonSchema })),
  function_call: z.union([text, object({ name: text })]),
};

/** The vendor must not keep the answer, where others who use the same key could ask for it. */
const LABELS: Members = {
  store: z.literal(false),
  metadata: labels,
  user: text,
  safety_identifier: text,
  prompt_cache_key: text,
  prompt_cache_retention: oneOf('in_memory', 'in-memory'),
  service_tier: oneOf('auto', 'default', 'flex'),
};

const cached = maybe({ cache_control: cacheControl });
const TEXT_PART: Members = { text, ...cached };

function messageShape(remote: Llm['remoteURLs']): Shape {
  const written = textOr(byMember('type', { text: TEXT_PART }));
  return byMember('role', {
    system: { content: written, ...maybe({ name: text }) },
    developer: { content: written, ...maybe({ name: text }) },
    user: { content: textOr(userPart(remote)), ...maybe({ name: text }) },
    assistant: maybe({ ...ASSISTANT }),
    tool: { content: written, tool_call_id: text, ...maybe({ name: text }) },
    function: { name: text, ...maybe({ content: text }) },
  });
}

function userPart(remote: Llm['remoteURLs']): Shape {
  return byMember('type', {
    text: TEXT_PART,
    image_url: { image_url: object({ url: imageURL(remote) }, { detail: text }), ...cached },
    input_audio: { input_audio: object({ data: inlineData, format: text }) },
    file: { file: object({ file_data: inlineData }, { filename: text }), ...cached },
  });
}

const called = object({ name: text, arguments: text });

/** `audio` names an earlier answer that the vendor has kept. */
const ASSISTANT: Members = {
  content: textOr(byMember('type', { text: TEXT_PART, refusal: { refusal: text } })),
  refusal: text,
  name: text,
  tool_calls: list(
    byMember('type', {
      function: { id: text, function: called, ...maybe({ index: count }) },
      custom: { id: text, custom: object({ name: text, input: text }), ...maybe({ index: count }) },
    }),
  ),
  function_call: called,
  annotations: json,
  audio: z.null(),
  reasoning_content: text,
};
