import type { ModelAPI } from '../../../src/policy/models/model-rules.ts';
import { type Body, IMAGE } from './decide.ts';

/** A request of each API that has a part of every sort, and nowhere JSON that is handed on as it is. */
export const SAMPLES: Readonly<Record<ModelAPI, Body>> = {
  OpenAIChat: {
    model: 'model-a',
    messages: [
      { role: 'system', content: 'a' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url: IMAGE } },
          { type: 'file', file: { file_data: 'AAAA' } },
        ],
      },
      {
        role: 'assistant',
        tool_calls: [{ id: '1', type: 'function', function: { name: 'a', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: '1', content: 'a' },
    ],
    tools: [{ type: 'function', function: { name: 'a' } }],
    tool_choice: { type: 'function', function: { name: 'a' } },
    response_format: { type: 'text' },
    stream: true,
    stream_options: { include_usage: true },
  },
  OpenAIResponses: {
    model: 'model-a',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: IMAGE },
          { type: 'input_file', file_data: 'AAAA' },
        ],
      },
      { type: 'reasoning', encrypted_content: 'a', summary: [{ type: 'summary_text', text: 'a' }] },
      { type: 'function_call', call_id: '1', name: 'a', arguments: '{}' },
      { type: 'function_call_output', call_id: '1', output: 'a' },
    ],
    tools: [{ type: 'function', name: 'a' }],
    tool_choice: { type: 'function', name: 'a' },
    reasoning: { effort: 'low' },
    text: { format: { type: 'text' } },
  },
  AnthropicMessages: {
    model: 'model-a',
    max_tokens: 10,
    system: [{ type: 'text', text: 'a' }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: '1', content: [{ type: 'text', text: 'a' }] }],
      },
    ],
    tools: [{ name: 'a', input_schema: true }],
    tool_choice: { type: 'tool', name: 'a' },
    thinking: { type: 'disabled' },
  },
};
