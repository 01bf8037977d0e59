import { describe, expect, test } from 'vitest';
import type { Llm } from '../../../src/policy/models/model-rules.ts';
import { type Body, decide, IMAGE, refusalOf, rulesOf } from './decide.ts';

const rules = rulesOf('OpenAIResponses');
const ask: Body = { model: 'model-a', input: 'hi' };
const FUNCTION = { type: 'function', name: 'read', parameters: { type: 'object' }, strict: true };
const REASONING = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'AAAA' };

describe('a request for a response', () => {
  test('is sent with a limit of output tokens, and is not stored', () => {
    expect(decide(rules, ask).request).toMatchObject({
      body: { ...ask, max_output_tokens: 1000, store: false },
      addsUsageEvent: false,
    });
  });

  test('that streams tells its usage without being asked', () => {
    expect(decide(rules, { ...ask, stream: true }).request).toMatchObject({
      addsUsageEvent: false,
    });
  });

  test.for<[string, Body]>([
    ['has a function of the agent', { tools: [FUNCTION], tool_choice: { type: 'function', name: 'read' } }],
    ['has a tool that takes text', { tools: [{ type: 'custom', name: 'run' }] }],
    ['has functions with a name in common', { tools: [{ type: 'namespace', name: 'a', tools: [FUNCTION] }] }],
    ['has a shell of the agent', { tools: [{ type: 'shell', environment: { type: 'local' } }] }],
    ['has a shell of the agent by the older name', { tools: [{ type: 'local_shell' }] }],
    [
      'has patches that the agent applies',
      { tools: [{ type: 'apply_patch' }], tool_choice: { type: 'apply_patch' } },
    ],
    [
      'has a screen of the agent',
      {
        tools: [
          { type: 'computer_use_preview', display_width: 1, display_height: 1, environment: 'browser' },
        ],
      },
    ],
    [
      'chooses among its functions',
      {
        tools: [FUNCTION],
        tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'read' }] },
      },
    ],
    ['is not run in the background', { background: false, store: false }],
    [
      'keeps its reasoning itself',
      { include: ['reasoning.encrypted_content'], reasoning: { effort: 'low' } },
    ],
    [
      'wants JSON of a schema',
      { text: { format: { type: 'json_schema', name: 'a', schema: { type: 'object' } }, verbosity: 'low' } },
    ],
  ])('may pass that %s', ([, given]) => {
    expect(refusalOf(rules, { ...ask, ...given })).toBeNull();
  });

  test('may pass with a whole conversation', () => {
    const input = [
      { role: 'system', content: 'Be brief.' },
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'See https://example.com' },
          { type: 'input_image', image_url: IMAGE, detail: 'auto' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
        ],
      },
      REASONING,
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'a', annotations: [], logprobs: [] }],
      },
      { type: 'function_call', id: 'fc_1', call_id: '1', name: 'read', arguments: '{}', status: 'completed' },
      { type: 'function_call_output', call_id: '1', output: 'https://example.com' },
      { type: 'custom_tool_call', call_id: '2', name: 'run', input: 'a', namespace: null },
      { type: 'custom_tool_call_output', call_id: '2', output: [{ type: 'input_text', text: 'a' }] },
      { type: 'computer_call', call_id: '3', action: { type: 'wait' }, pending_safety_checks: [] },
      {
        type: 'computer_call_output',
        call_id: '3',
        output: { type: 'computer_screenshot', image_url: IMAGE },
      },
      { type: 'shell_call', call_id: '4', action: { commands: ['ls'] }, environment: { type: 'local' } },
      { type: 'shell_call_output', call_id: '4', output: [{ stdout: 'a' }] },
    ];
    expect(refusalOf(rules, { model: 'model-b', input })).toBeNull();
  });
});

describe('a tool of the vendor that the role lists', () => {
  const allowed = (hostedTools: string[], more: Partial<Llm> = {}) =>
    rulesOf('OpenAIResponses', { hostedTools, ...more });

  test('is allowed by exactly this type', () => {
    const search = { ...ask, tools: [{ type: 'web_search', filters: { allowed_domains: ['example.com'] } }] };
    expect(refusalOf(allowed(['web_search']), search)).toBeNull();
    expect(refusalOf(allowed(['web_search_preview']), search)).toContain('HostedToolNotAllowed');
  });

  test('may be told of in what follows', () => {
    const input = [{ type: 'web_search_call', id: 'ws_1', action: { type: 'search' }, status: 'completed' }];
    expect(refusalOf(allowed(['web_search']), { ...ask, input })).toBeNull();
  });

  test.for<[string, Body]>([
    ['web_search_preview', { type: 'web_search_call', id: '1' }],
    ['file_search', { type: 'file_search_call', id: '1', queries: ['a'] }],
    ['code_interpreter', { type: 'code_interpreter_call', id: '1', code: '1', outputs: [] }],
    ['image_generation', { type: 'image_generation_call', id: '1', result: 'AAAA' }],
    ['mcp', { type: 'mcp_list_tools', server_label: 'a', tools: [] }],
    ['mcp', { type: 'mcp_call', server_label: 'a', name: 'a', arguments: '{}' }],
    ['mcp', { type: 'mcp_approval_request', server_label: 'a', name: 'a', arguments: '{}' }],
    ['mcp', { type: 'mcp_approval_response', approval_request_id: '1', approve: true }],
  ])('%s is the only one whose items may follow: %j', ([tool, item]) => {
    const input = [{ role: 'user', content: 'hi' }, item];
    expect(refusalOf(allowed([tool]), { ...ask, input })).toBeNull();
    const others = ['web_search', 'file_search', 'code_interpreter', 'image_generation', 'mcp'];
    const rest = others.filter((other) => !tool.startsWith(other));
    expect(refusalOf(allowed(rest), { ...ask, input })).toBe('HostedToolNotAllowed body.input[1].type');
  });

  test.for<[string, Body, string]>([
    [
      'an image that is stored',
      { type: 'image_generation_call', id: 'ig_1', status: 'completed' },
      'ModelRequestNotAllowed body.input[0].result',
    ],
    [
      'an image that is stored, and left out',
      { type: 'image_generation_call', id: 'ig_1', result: null },
      'ModelRequestNotAllowed body.input[0].result',
    ],
    [
      'a container of another',
      { type: 'code_interpreter_call', id: 'ci_1', code: '1', container_id: 'cntr_1' },
      'ModelRequestNotAllowed body.input[0].container_id',
    ],
  ])('does not let %s be named', ([, item, refusal]) => {
    const hosted = allowed(['image_generation', 'code_interpreter']);
    expect(refusalOf(hosted, { ...ask, input: [item] })).toBe(refusal);
  });

  test.for<[string, Body, string]>([
    ['has a container of another', { container: 'cntr_1' }, 'ModelRequestNotAllowed .container'],
    [
      'has stored files in its container',
      { container: { type: 'auto', file_ids: ['file-1'] } },
      'ModelRequestNotAllowed .container.file_ids',
    ],
    [
      'has a container with a network',
      {
        container: { type: 'auto', network_policy: { type: 'allowlist', allowed_domains: ['example.com'] } },
      },
      'ModelRequestNotAllowed .container.network_policy',
    ],
  ])('is refused all the same where it %s', ([, tool, refusal]) => {
    const [reason, field] = refusal.split(' ');
    const tools = [{ type: 'code_interpreter', ...tool }];
    expect(refusalOf(allowed(['code_interpreter']), { ...ask, tools })).toBe(
      `${reason} body.tools[0]${field}`,
    );
    const own = [{ type: 'code_interpreter', container: { type: 'auto', memory_limit: '1g' } }];
    expect(refusalOf(allowed(['code_interpreter']), { ...ask, tools: own })).toBeNull();
  });

  test('is no other model that makes images', () => {
    const tools = [{ type: 'image_generation', model: 'model-c' }];
    expect(refusalOf(allowed(['image_generation']), { ...ask, tools })).toBe(
      'ModelRequestNotAllowed body.tools[0].model',
    );
  });

  test('is an MCP server only where it may fetch URLs, and never one that the vendor knows', () => {
    const tools = [
      { type: 'mcp', server_label: 'a', server_url: 'https://mcp.example.com', require_approval: 'never' },
    ];
    expect(refusalOf(allowed(['mcp']), { ...ask, tools })).toBe(
      'RemoteURLNotAllowed body.tools[0].server_url',
    );
    expect(refusalOf(allowed(['mcp'], { remoteURLs: 'Allow' }), { ...ask, tools })).toBeNull();
    const known = [{ type: 'mcp', server_label: 'a', connector_id: 'connector_dropbox' }];
    expect(refusalOf(allowed(['mcp'], { remoteURLs: 'Allow' }), { ...ask, tools: known })).toBe(
      'ModelRequestNotAllowed body.tools[0].connector_id',
    );
  });
});
