import type { ServerResponse } from 'node:http';
import { answerJSON, createVendor, type Vendor, type VendorRequest } from './vendor.ts';

/** What every model here says. */
export const SAID = 'To the gateway of its tenant.';
const WORDS = SAID.split(/(?<= )/);
/** Between the events of a stream that does not end by itself. */
const STREAM_MILLISECONDS = 20;

/** The APIs of OpenAI for chats and for responses. A chat with the user `endless` is streamed until nobody reads it. */
export function createOpenAI(): Vendor {
  return createVendor((request, response) => {
    const body = JSON.parse(request.body.toString()) as OpenAIBody;
    if (request.url.pathname === '/v1/responses') return answerJSON(response, RESPONSE);
    if (body.stream !== true) return answerJSON(response, COMPLETION);
    const isEndless = body.messages?.some(({ content }) => content === ENDLESS) === true;
    return isEndless ? streamForEver(response) : streamChat(response);
  });
}

/** The question that is answered without an end. */
export const ENDLESS = 'Say it for ever.';

interface OpenAIBody {
  readonly stream?: boolean;
  readonly messages?: readonly { readonly content: unknown }[];
}

const completed = { id: 'c-1', created: 1_700_000_000, model: 'gpt-test' };
const USAGE = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
const COMPLETION = {
  ...completed,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: SAID }, finish_reason: 'stop' }],
  usage: USAGE,
};
const RESPONSE = {
  id: 'resp-1',
  object: 'response',
  model: 'gpt-test',
  status: 'completed',
  output: [
    {
      type: 'message',
      id: 'msg-1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: SAID, annotations: [] }],
    },
  ],
  usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
};

const chunk = (content: string): object => ({
  ...completed,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
});

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
}

function streamChat(response: ServerResponse): void {
  begin(response);
  for (const word of WORDS) response.write(`data: ${JSON.stringify(chunk(word))}\n\n`);
  response.write(`data: ${JSON.stringify({ ...chunk(''), choices: [], usage: USAGE })}\n\n`);
  response.end('data: [DONE]\n\n');
}

function streamForEver(response: ServerResponse): void {
  begin(response);
  const event = `data: ${JSON.stringify(chunk('again '))}\n\n`;
  const timer = setInterval(() => response.write(event), STREAM_MILLISECONDS);
  response.once('close', () => clearInterval(timer));
}

/** The API of Anthropic for messages. */
export function createAnthropic(): Vendor {
  return createVendor((request: VendorRequest, response) => {
    const { stream } = JSON.parse(request.body.toString()) as { stream?: boolean };
    if (stream !== true) return answerJSON(response, MESSAGE);
    begin(response);
    for (const event of EVENTS) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    response.end();
  });
}

const message = {
  id: 'msg-1',
  type: 'message',
  role: 'assistant',
  model: 'claude-test',
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 5, output_tokens: 7 },
};
const MESSAGE = { ...message, content: [{ type: 'text', text: SAID }] };
const EVENTS = [
  { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  ...WORDS.map((text) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text },
  })),
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 7 },
  },
  { type: 'message_stop' },
];
