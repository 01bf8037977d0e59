import {
  byMember,
  cacheControl,
  count,
  flag,
  json,
  jsonSchema,
  list,
  maybe,
  type Members,
  object,
  oneOf,
  record,
  remoteURL,
  type Shape,
  text,
} from './body-shape.ts';
import type { Llm, ModelAPI } from './model-rules.ts';

type Tools = readonly (readonly [type: RegExp, shape: Shape])[];

/** The tools of an API by their types. The first that matches is meant. */
export interface ToolShapes {
  /** The type of a tool that has none. */
  readonly untyped: string | null;
  /** What the agent runs itself. */
  readonly own: Tools;
  /** What the vendor runs, and the role has to list. One that is not here may only be named. */
  readonly hosted: Tools;
}

const type = { type: text };
const described = maybe({ description: text });
const FUNCTION: Members = {
  name: text,
  ...described,
  ...maybe({ parameters: jsonSchema, strict: flag, defer_loading: flag }),
};
const CUSTOM: Members = {
  name: text,
  ...described,
  ...maybe({
    defer_loading: flag,
    format: byMember('type', {
      text: {},
      grammar: maybe({ syntax: text, definition: text, grammar: json }),
    }),
  }),
};
const local = object({ type: oneOf('local') });

/** Any tool of which nothing but its name is said. */
export const NAMED_TOOL: Shape = object(type, { name: text });

export function toolShapes(api: ModelAPI, remote: Llm['remoteURLs']): ToolShapes {
  return { OpenAIChat: CHAT, OpenAIResponses: RESPONSES[remote], AnthropicMessages: MESSAGES }[api];
}

const CHAT: ToolShapes = {
  untyped: null,
  own: [
    [/^function$/, object({ ...type, function: object(FUNCTION) }, { cache_control: cacheControl })],
    [/^custom$/, object({ ...type, custom: object(CUSTOM) })],
  ],
  hosted: [],
};

const location = maybe({ user_location: json });
const search = maybe({ search_context_size: text, search_content_types: json });

const OFFLINE: ToolShapes = {
  untyped: null,
  own: [
    [/^function$/, object({ ...type, ...FUNCTION })],
    [/^custom$/, object({ ...type, ...CUSTOM })],
    [
      /^namespace$/,
      object({
        ...type,
        name: text,
        ...described,
        tools: list(byMember('type', { function: FUNCTION, custom: CUSTOM })),
      }),
    ],
    [/^(?:local_shell|apply_patch|computer)$/, object(type)],
    [
      /^computer_use_preview$/,
      object({ ...type, display_width: count, display_height: count, environment: text }),
    ],
    // The vendor runs a shell that is not said to be local.
    [/^shell$/, object({ ...type, environment: local })],
  ],
  hosted: [
    [
      /^web_search/,
      object({
        ...type,
        ...location,
        ...search,
        ...maybe({ filters: object({}, { allowed_domains: list(text) }) }),
      }),
    ],
    [
      /^file_search$/,
      object(
        { ...type, vector_store_ids: list(text) },
        { filters: json, max_num_results: count, ranking_options: json },
      ),
    ],
    // A container of its own: one by its name may be another agent's.
    [
      /^code_interpreter$/,
      object({ ...type, container: object({ type: oneOf('auto') }, { memory_limit: text }) }),
    ],
    [
      /^image_generation$/,
      object(type, {
        action: text,
        background: text,
        input_fidelity: text,
        moderation: text,
        output_compression: count,
        output_format: text,
        partial_images: count,
        quality: text,
        size: text,
      }),
    ],
  ],
};

/** The vendor connects to the server, so it is a URL that it fetches. */
function mcpTool(remote: Llm['remoteURLs']): Shape {
  return object(
    { ...type, server_label: text, server_url: remoteURL(remote) },
    {
      server_description: text,
      allowed_tools: json,
      require_approval: json,
      authorization: text,
      headers: record(text, 64),
    },
  );
}

const RESPONSES = {
  Deny: { ...OFFLINE, hosted: [...OFFLINE.hosted, [/^mcp$/, mcpTool('Deny')]] },
  Allow: { ...OFFLINE, hosted: [...OFFLINE.hosted, [/^mcp$/, mcpTool('Allow')]] },
} as const satisfies Record<Llm['remoteURLs'], ToolShapes>;

const MESSAGES_TOOL: Members = maybe({
  cache_control: cacheControl,
  allowed_callers: list(text),
  defer_loading: flag,
  strict: flag,
  input_examples: json,
});
const domains = maybe({ allowed_domains: list(text), blocked_domains: list(text), max_uses: count });
const named = { ...type, name: text, ...MESSAGES_TOOL };

const MESSAGES: ToolShapes = {
  untyped: 'custom',
  own: [
    [
      /^custom$/,
      object(
        { name: text, input_schema: jsonSchema, ...MESSAGES_TOOL },
        { type: text, description: text, eager_input_streaming: flag },
      ),
    ],
    [/^(?:bash|memory)_\d{8}$/, object(named)],
    [/^text_editor_\d{8}$/, object(named, { max_characters: count })],
    [
      /^computer_\d{8}$/,
      object(
        { ...named, display_width_px: count, display_height_px: count },
        { display_number: count, enable_zoom: flag },
      ),
    ],
  ],
  hosted: [
    [/^web_search_\d{8}$/, object({ ...named, ...domains, ...location }, { response_inclusion: text })],
    [
      /^web_fetch_\d{8}$/,
      object(
        { ...named, ...domains },
        { citations: json, max_content_tokens: count, use_cache: flag, response_inclusion: text },
      ),
    ],
    [/^(?:code_execution|tool_search_tool)_/, object(named)],
  ],
};
