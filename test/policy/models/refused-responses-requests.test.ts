import { describe, expect, test } from 'vitest';
import { type Body, IMAGE, refusalOf, rulesOf, URL_OF_IMAGE } from './decide.ts';

const rules = rulesOf('OpenAIResponses');
const ask: Body = { model: 'model-a', input: 'hi' };
const FUNCTION = { type: 'function', name: 'read', parameters: { type: 'object' }, strict: true };

describe('a request for a response is refused that', () => {
  test.for<[string, Body, string]>([
    ['asks another model', { model: 'model-c' }, 'ModelNotAllowed body.model'],
    ['asks no model', { model: undefined }, 'ModelNotAllowed body.model'],
    [
      'wants more output tokens',
      { max_output_tokens: 1001 },
      'OutputTokensNotAllowed body.max_output_tokens',
    ],
    ['runs in the background', { background: true }, 'ModelRequestNotAllowed body.background'],
    ['is stored', { store: true }, 'ModelRequestNotAllowed body.store'],
    [
      'goes on from a stored response',
      { previous_response_id: 'resp_1' },
      'ModelRequestNotAllowed body.previous_response_id',
    ],
    ['is of a stored conversation', { conversation: 'conv_1' }, 'ModelRequestNotAllowed body.conversation'],
    [
      'is of a stored conversation in another form',
      { conversation: { id: 'conv_1' } },
      'ModelRequestNotAllowed body.conversation',
    ],
    [
      'has a stored prompt',
      { prompt: { id: 'pmpt_1', variables: { a: 'b' } } },
      'ModelRequestNotAllowed body.prompt',
    ],
    [
      'asks another model to moderate',
      { moderation: { model: 'model-c' } },
      'ModelRequestNotAllowed body.moderation',
    ],
    [
      'has its context rewritten',
      { context_management: [{ type: 'compaction' }] },
      'ModelRequestNotAllowed body.context_management',
    ],
    ['has labels that are lists', { metadata: { a: ['b'] } }, 'ModelRequestNotAllowed body.metadata.a'],
    [
      'has more labels than the vendor takes',
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`a${index}`, ''])) },
      'ModelRequestNotAllowed body.metadata',
    ],
    ['pays for priority', { service_tier: 'priority' }, 'ModelRequestNotAllowed body.service_tier'],
    ['has a limit of another API', { max_tokens: 1 }, 'ModelRequestNotAllowed body.max_tokens'],
    ['wants several answers', { n: 2 }, 'ModelRequestNotAllowed body.n'],
    [
      'has a schema elsewhere',
      {
        text: { format: { type: 'json_schema', name: 'a', schema: { $dynamicRef: 'https://example.com' } } },
      },
      'RemoteURLNotAllowed body.text.format.schema',
    ],
  ])('%s', ([, given, refusal]) => {
    expect(refusalOf(rules, { ...ask, ...given })).toBe(refusal);
  });

  test.for<[string, unknown, string]>([
    [
      'names an image by URL',
      { type: 'input_image', image_url: URL_OF_IMAGE },
      'RemoteURLNotAllowed .image_url',
    ],
    [
      'names an image by an object',
      { type: 'input_image', image_url: { url: IMAGE } },
      'ModelRequestNotAllowed .image_url',
    ],
    ['names a stored image', { type: 'input_image', file_id: 'file-1' }, 'ModelRequestNotAllowed .file_id'],
    [
      'names a file by URL',
      { type: 'input_file', file_url: 'https://example.com/a' },
      'RemoteURLNotAllowed .file_url',
    ],
    ['names a stored file', { type: 'input_file', file_id: 'file-1' }, 'ModelRequestNotAllowed .file_id'],
    [
      'has a file that is a URL',
      { type: 'input_file', file_data: URL_OF_IMAGE },
      'RemoteURLNotAllowed .file_data',
    ],
    [
      'is of the other API',
      { type: 'image_url', image_url: { url: URL_OF_IMAGE } },
      'ModelRequestNotAllowed .type',
    ],
  ])('has a part that %s', ([, part, refusal]) => {
    const [reason, field] = refusal.split(' ');
    const message = { role: 'user', content: [part] };
    expect(refusalOf(rules, { ...ask, input: [message] })).toBe(`${reason} body.input[0].content[0]${field}`);
    const result = { type: 'function_call_output', call_id: '1', output: [part] };
    expect(refusalOf(rules, { ...ask, input: [result] })).toBe(`${reason} body.input[0].output[0]${field}`);
  });

  test.for<[string, unknown, string]>([
    ['refers to a stored item', { type: 'item_reference', id: 'msg_1' }, 'ModelRequestNotAllowed .type'],
    ['refers to a stored item without saying so', { id: 'msg_1' }, 'ModelRequestNotAllowed .role'],
    ['has a type that is null', { type: null, id: 'msg_1' }, 'ModelRequestNotAllowed .type'],
    [
      'brings more tools',
      { type: 'additional_tools', role: 'user', tools: [{ type: 'web_search' }] },
      'ModelRequestNotAllowed .type',
    ],
    [
      'brings the tools that were searched for',
      { type: 'tool_search_output', tools: [{ type: 'web_search' }] },
      'ModelRequestNotAllowed .type',
    ],
    ['has its context rewritten', { type: 'compaction_trigger' }, 'ModelRequestNotAllowed .type'],
    [
      'is reasoning that the vendor has stored',
      { type: 'reasoning', id: 'rs_1', summary: [] },
      'ModelRequestNotAllowed .encrypted_content',
    ],
    [
      'tells of a tool of the vendor',
      { type: 'web_search_call', id: 'ws_1' },
      'ModelRequestNotAllowed .type',
    ],
    [
      'is a shell in a container of another',
      {
        type: 'shell_call',
        call_id: '1',
        action: {},
        environment: { type: 'container_reference', container_id: 'cntr_1' },
      },
      'ModelRequestNotAllowed .environment.container_id',
    ],
    [
      'is a screen by URL',
      {
        type: 'computer_call_output',
        call_id: '1',
        output: { type: 'computer_screenshot', image_url: URL_OF_IMAGE },
      },
      'RemoteURLNotAllowed .output.image_url',
    ],
    [
      'is a stored screen',
      {
        type: 'computer_call_output',
        call_id: '1',
        output: { type: 'computer_screenshot', file_id: 'file-1' },
      },
      'ModelRequestNotAllowed .output.file_id',
    ],
  ])('has an item that %s', ([, item, refusal]) => {
    const [reason, field] = refusal.split(' ');
    expect(refusalOf(rules, { ...ask, input: [item] })).toBe(`${reason} body.input[0]${field}`);
  });

  test.for<string>([
    'web_search',
    'web_search_2025_08_26',
    'web_search_preview',
    'web_search_preview_2025_03_11',
    'WEB_SEARCH',
    'web-search',
    'web_search ',
    'ｗeb_search',
    'file_search',
    'code_interpreter',
    'image_generation',
    'mcp',
    'shell ',
    'tool_search',
    'programmatic_tool_calling',
    '',
    '__proto__',
    'toString',
  ])('has the tool %j of the vendor', (type) => {
    expect(refusalOf(rules, { ...ask, tools: [FUNCTION, { type }] })).toBe(
      'HostedToolNotAllowed body.tools[1].type',
    );
    expect(refusalOf(rules, { ...ask, tools: [FUNCTION], tool_choice: { type } })).toBe(
      'HostedToolNotAllowed body.tool_choice',
    );
  });

  test.for<[string, unknown, string]>([
    ['is a shell of the vendor', { type: 'shell' }, 'ModelRequestNotAllowed .environment'],
    [
      'is a shell in a container of the vendor',
      { type: 'shell', environment: { type: 'container_auto' } },
      'ModelRequestNotAllowed .environment.type',
    ],
    [
      'is a shell in a container of another',
      { type: 'shell', environment: { type: 'container_reference', container_id: 'cntr_1' } },
      'ModelRequestNotAllowed .environment.container_id',
    ],
    [
      'hides one of the vendor among functions',
      { type: 'namespace', name: 'a', tools: [{ type: 'web_search' }] },
      'ModelRequestNotAllowed .tools[0].type',
    ],
  ])('has a tool that %s', ([, tool, refusal]) => {
    const [reason, field] = refusal.split(' ');
    expect(refusalOf(rules, { ...ask, tools: [tool] })).toBe(`${reason} body.tools[0]${field}`);
  });
});
