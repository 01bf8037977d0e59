import { z } from 'zod';
import {
  byMember,
  cacheControl,
  count,
  flag,
  inlineData,
  json,
  jsonSchema,
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

/** The body of a request for Anthropic's messages, but for `tools` and `tool_choice`. */
export function messagesShape(rules: Pick<Llm, 'remoteURLs' | 'hostedTools'>): Shape {
  const blocks = {
    ...blockShapes(rules.remoteURLs),
    ...(rules.hostedTools.length === 0 ? {} : hostedBlocks(rules.remoteURLs)),
  };
  const message = object({
    role: oneOf('user', 'assistant', 'system'),
    content: textOr(byMember('type', blocks)),
  });
  return object({ model: text, messages: list(message) }, OPTIONS);
}

const cached = maybe({ cache_control: cacheControl });
const TEXT_BLOCK: Members = { text, ...cached, ...maybe({ citations: json }) };
const textBlocks = byMember('type', { text: TEXT_BLOCK });

const EDIT = maybe({
  trigger: json,
  keep: json,
  clear_at_least: json,
  exclude_tools: json,
  clear_tool_inputs: json,
});

/** Left out are a container and the servers that the vendor would connect to. */
const OPTIONS: Members = {
  system: textOr(textBlocks),
  max_tokens: count,
  temperature: number,
  top_p: number,
  top_k: z.int(),
  stop_sequences: list(text),
  stream: flag,
  thinking: byMember('type', {
    enabled: { budget_tokens: count, ...maybe({ display: text }) },
    adaptive: maybe({ display: text }),
    disabled: {},
  }),
  output_config: object(
    {},
    { effort: text, format: object({ type: oneOf('json_schema'), schema: jsonSchema }) },
  ),
  output_format: object({ type: oneOf('json_schema'), schema: jsonSchema }),
  context_management: object(
    {},
    { edits: list(byMember('type', { clear_tool_uses_20250919: EDIT, clear_thinking_20251015: EDIT })) },
  ),
  cache_control: cacheControl,
  metadata: object({}, { user_id: z.string().max(256) }),
  service_tier: oneOf('auto', 'standard_only'),
  tools: json,
  tool_choice: json,
};

const caller = maybe({ caller: json });

function imageBlock(remote: Llm['remoteURLs']): Members {
  const mediaType = oneOf('image/png', 'image/jpeg', 'image/gif', 'image/webp');
  const source = byMember('type', {
    base64: { data: inlineData, media_type: mediaType },
    url: { url: remoteURL(remote) },
  });
  return { source, ...cached };
}

function documentBlock(remote: Llm['remoteURLs'], image: Members): Members {
  const source = byMember('type', {
    base64: { data: inlineData, media_type: oneOf('application/pdf') },
    text: { data: text, media_type: oneOf('text/plain') },
    content: { content: textOr(byMember('type', { text: TEXT_BLOCK, image })) },
    url: { url: remoteURL(remote) },
  });
  return { source, ...cached, ...maybe({ citations: json, context: text, title: text }) };
}

function blockShapes(remote: Llm['remoteURLs']): Readonly<Record<string, Members>> {
  const image = imageBlock(remote);
  const document = documentBlock(remote, image);
  const results = { text: TEXT_BLOCK, image, document, search_result: SEARCH_RESULT, tool_reference: NAMED };
  return {
    text: TEXT_BLOCK,
    image,
    document,
    search_result: SEARCH_RESULT,
    thinking: { thinking: text, signature: text },
    redacted_thinking: { data: text },
    tool_use: { id: text, name: text, input: json, ...cached, ...caller },
    tool_result: {
      tool_use_id: text,
      ...cached,
      ...maybe({ content: textOr(byMember('type', results)), is_error: flag }),
    },
    mid_conv_system: { content: list(textBlocks), ...cached },
  };
}

/** `source` is a label: nobody fetches it. */
const SEARCH_RESULT: Members = {
  source: text,
  title: text,
  content: list(textBlocks),
  ...cached,
  ...maybe({ citations: json }),
};
const NAMED: Members = { tool_name: text, ...cached };

const HOSTED_RESULT: Members = { tool_use_id: text, content: json, ...cached, ...caller };

/** What the vendor ran. The gateway lets it be said again where the role lists a tool that runs there. */
function hostedBlocks(remote: Llm['remoteURLs']): Readonly<Record<string, Members>> {
  const fetched = byMember('type', {
    // The URL is a label here, but the document is one like any other, whose source may be a URL to fetch.
    web_fetch_result: {
      url: text,
      content: byMember('type', { document: documentBlock(remote, imageBlock(remote)) }),
      ...maybe({ retrieved_at: text }),
    },
    web_fetch_tool_result_error: { error_code: text },
  });
  return {
    server_tool_use: { id: text, name: text, input: json, ...cached, ...caller },
    web_search_tool_result: HOSTED_RESULT,
    web_fetch_tool_result: { ...HOSTED_RESULT, content: fetched },
    code_execution_tool_result: HOSTED_RESULT,
    bash_code_execution_tool_result: HOSTED_RESULT,
    text_editor_code_execution_tool_result: HOSTED_RESULT,
    tool_search_tool_result: HOSTED_RESULT,
  };
}
