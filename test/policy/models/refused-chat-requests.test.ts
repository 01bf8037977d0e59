import { describe, expect, test } from 'vitest';
import { type Body, decide, refusalOf, rulesOf, URL_OF_IMAGE } from './decide.ts';

const rules = rulesOf('OpenAIChat');
const user = (...parts: readonly Body[]): Body => ({
  model: 'model-a',
  messages: [{ role: 'user', content: parts }],
});
const ask: Body = { model: 'model-a', messages: [{ role: 'user', content: 'hi' }] };
const FUNCTION = { name: 'read', description: 'Reads.', parameters: { type: 'object', properties: {} } };

describe('a request for a chat completion is refused that', () => {
  test.for<[string, Body, string]>([
    ['asks another model', { model: 'model-c' }, 'ModelNotAllowed body.model'],
    ['asks a model in other letters', { model: 'Model-A' }, 'ModelNotAllowed body.model'],
    ['asks a model with a search of its own', { model: 'model-a:online' }, 'ModelNotAllowed body.model'],
    ['asks a list of models', { model: ['model-a'] }, 'ModelNotAllowed body.model'],
    ['has models to fall back to', { models: ['model-c'] }, 'ModelRequestNotAllowed body.models'],
    ['wants more output tokens', { max_tokens: 1001 }, 'OutputTokensNotAllowed body.max_tokens'],
    [
      'wants more output tokens by the newer name',
      { max_completion_tokens: 1001 },
      'OutputTokensNotAllowed body.max_completion_tokens',
    ],
    [
      'has two limits of which one holds',
      { max_tokens: 1, max_completion_tokens: 1000 },
      'ModelRequestNotAllowed body.max_tokens',
    ],
    ['wants half a token', { max_tokens: 0.5 }, 'ModelRequestNotAllowed body.max_tokens'],
    ['wants less than no token', { max_tokens: -1 }, 'ModelRequestNotAllowed body.max_tokens'],
    ['wants tokens as text', { max_tokens: '1' }, 'ModelRequestNotAllowed body.max_tokens'],
    ['wants the tokens several times', { n: 4, max_tokens: 251 }, 'OutputTokensNotAllowed body.max_tokens'],
    ['wants more answers than tokens', { n: 1001 }, 'OutputTokensNotAllowed body.n'],
    ['wants no answer', { n: 0 }, 'ModelRequestNotAllowed body.n'],
    ['wants the best of several answers', { best_of: 20 }, 'ModelRequestNotAllowed body.best_of'],
    ['has the answer stored', { store: true }, 'ModelRequestNotAllowed body.store'],
    ['wants speech', { modalities: ['text', 'audio'] }, 'ModelRequestNotAllowed body.modalities[1]'],
    [
      'wants speech of a voice',
      { audio: { voice: 'a', format: 'wav' } },
      'ModelRequestNotAllowed body.audio',
    ],
    ['pays for priority', { service_tier: 'priority' }, 'ModelRequestNotAllowed body.service_tier'],
    [
      'has a prediction, which is paid for beyond the limit',
      { prediction: { type: 'content', content: 'a' } },
      'ModelRequestNotAllowed body.prediction',
    ],
    ['has plug-ins of a vendor', { plugins: [{ id: 'web' }] }, 'ModelRequestNotAllowed body.plugins'],
    [
      'searches by options of a vendor',
      { search_parameters: {} },
      'ModelRequestNotAllowed body.search_parameters',
    ],
    ['searches the web', { web_search_options: {} }, 'HostedToolNotAllowed body.web_search_options'],
    ['has labels that are no text', { metadata: { a: { b: 1 } } }, 'ModelRequestNotAllowed body.metadata.a'],
    ['has no messages', { messages: undefined }, 'ModelRequestNotAllowed body.messages'],
    ['has messages that are text', { messages: 'hi' }, 'ModelRequestNotAllowed body.messages'],
    [
      'has a bias for thousands of tokens',
      { logit_bias: Object.fromEntries(Array(1_025).fill('much').entries()) },
      'ModelRequestNotAllowed body.logit_bias',
    ],
    ['streams by text', { stream: 'true' }, 'ModelRequestNotAllowed body.stream'],
    ['has a field in other letters', { Model: 'model-c' }, 'ModelRequestNotAllowed body.Model'],
    [
      'has a schema elsewhere',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'a', schema: { properties: { a: { $ref: 'https://example.com/a' } } } },
        },
      },
      'RemoteURLNotAllowed body.response_format.json_schema.schema',
    ],
  ])('%s', ([, given, refusal]) => {
    expect(refusalOf(rules, { ...ask, ...given })).toBe(refusal);
  });

  test.for<[string, unknown, string]>([
    [
      'names an image by URL',
      { type: 'image_url', image_url: { url: URL_OF_IMAGE } },
      'RemoteURLNotAllowed .image_url.url',
    ],
    [
      'names an image of a file system',
      { type: 'image_url', image_url: { url: 'file:///etc/passwd' } },
      'RemoteURLNotAllowed .image_url.url',
    ],
    [
      'has an image that is a page',
      { type: 'image_url', image_url: { url: 'data:image/svg+xml;base64,AAAA' } },
      'RemoteURLNotAllowed .image_url.url',
    ],
    [
      'has an image as text of a URL',
      { type: 'image_url', image_url: URL_OF_IMAGE },
      'ModelRequestNotAllowed .image_url',
    ],
    [
      'has a file that is a URL',
      { type: 'file', file: { file_data: 'https://example.com/a.pdf' } },
      'RemoteURLNotAllowed .file.file_data',
    ],
    [
      'names a stored file',
      { type: 'file', file: { file_id: 'file-1' } },
      'ModelRequestNotAllowed .file.file_id',
    ],
    [
      'names a stored file beside one',
      { type: 'file', file: { file_data: 'AAAA', file_id: 'file-1' } },
      'ModelRequestNotAllowed .file.file_id',
    ],
    ['has a video', { type: 'video_url', video_url: { url: URL_OF_IMAGE } }, 'ModelRequestNotAllowed .type'],
    [
      'has speech that is a URL',
      { type: 'input_audio', input_audio: { data: 'https://example.com/a', format: 'wav' } },
      'RemoteURLNotAllowed .input_audio.data',
    ],
    ['has a part of no type', { image_url: { url: URL_OF_IMAGE } }, 'ModelRequestNotAllowed .type'],
  ])('%s', ([, part, refusal]) => {
    const [reason, field] = refusal.split(' ');
    expect(refusalOf(rules, user(part as Body))).toBe(`${reason} body.messages[0].content[0]${field}`);
  });

  test('refers to speech that the vendor has kept', () => {
    const messages = [{ role: 'assistant', audio: { id: 'audio_1' } }];
    expect(refusalOf(rules, { ...ask, messages })).toBe('ModelRequestNotAllowed body.messages[0].audio');
  });

  test.for<[string, unknown, string]>([
    ['searches the web', { type: 'web_search' }, 'HostedToolNotAllowed .type'],
    ['runs an MCP server', { type: 'mcp', server_url: 'https://example.com' }, 'HostedToolNotAllowed .type'],
    [
      'is a function in other letters',
      { type: 'Function', function: FUNCTION },
      'HostedToolNotAllowed .type',
    ],
    ['is a function with a space', { type: 'function ', function: FUNCTION }, 'HostedToolNotAllowed .type'],
    ['is named as a member of objects', { type: 'constructor' }, 'HostedToolNotAllowed .type'],
    ['has no type', { function: FUNCTION }, 'ModelRequestNotAllowed .function'],
    ['is text', 'web_search', 'ModelRequestNotAllowed '],
    [
      'is a function and more',
      { type: 'function', function: FUNCTION, server_url: 'https://example.com' },
      'ModelRequestNotAllowed .server_url',
    ],
    [
      'has parameters elsewhere',
      { type: 'function', function: { name: 'a', parameters: { items: [{ $ref: '//example.com/a' }] } } },
      'RemoteURLNotAllowed .function.parameters',
    ],
  ])('has a tool that %s', ([, tool, refusal]) => {
    const [reason, field] = refusal.split(' ');
    expect(refusalOf(rules, { ...ask, tools: [tool] })).toBe(`${reason} body.tools[0]${field}`);
  });

  test.for<[string, unknown]>([
    ['by its type', { type: 'web_search' }],
    ['by its name', 'web_search'],
    ['among others', { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'mcp' }] } }],
    ['among others of another API', { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'mcp' }] }],
  ])('chooses a tool of the vendor %s', ([, choice]) => {
    expect(refusalOf(rules, { ...ask, tool_choice: choice })).toBe('HostedToolNotAllowed body.tool_choice');
  });

  test.for<[string, string]>([
    ['is for another API', '/v1/responses'],
    ['is for completions without a chat', '/v1/completions'],
    ['is for files', '/v1/files'],
    ['names the model in its path', '/openai/deployments/other/chat/completions'],
    ['names the model in its path in another way', '/v1/engines/other/chat/completions'],
    ['only begins with the path', '/v1/chat/completions/chatcmpl-1'],
    ['has the path in its query', '/v1/files?a=/chat/completions'],
  ])('%s', ([, path]) => {
    expect(refusalOf(rules, ask, path)).toBe('ModelRequestNotAllowed path');
  });

  test.for<unknown>([null, [], 'text', 1, undefined])('has a body that is %j', (body) => {
    const { decision } = decide(rules, body ?? null);
    expect(decision).toMatchObject({ effect: 'Deny', reason: 'ModelRequestNotAllowed' });
  });
});
