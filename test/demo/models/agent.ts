// An agent with the SDKs of OpenAI and Anthropic as they are. Where they call, and with what key, is in the environment alone. It
// does what it is told over the channel to its parent, as if a model had been talked into it.
import dns from 'node:dns';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { GATEWAY } from '../../../src/api/names.ts';
import type { ModelAnswer, ModelCall } from './start-agent.ts';

// As the host aliases of a pod do. There is no kubelet here that would write them.
const [, , gatewayAddress = ''] = process.argv;
const { lookup } = dns;
const aliased = (host: string, ...rest: unknown[]): unknown =>
  Reflect.apply(lookup, dns, [host === GATEWAY.name ? gatewayAddress : host, ...rest]);
dns.lookup = aliased as typeof dns.lookup;

/** Every answer and every error, as the SDKs gave them. */
const received: unknown[] = [];
let stream: { readonly ended: Promise<void>; readonly chunks: () => number } | null = null;

process.on('message', (call: ModelCall) => {
  void act(call)
    .catch(tellError)
    .then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit());

async function act(call: ModelCall): Promise<ModelAnswer> {
  if (call.act === 'Chat') return chat(call);
  if (call.act === 'Message') return message(call);
  if (call.act === 'OpenStream') return openStream(call.question);
  if (call.act === 'AwaitEnd') {
    await stream?.ended;
    return { said: `${stream?.chunks() ?? 0} chunks` };
  }
  return { said: JSON.stringify([process.env, process.argv, received]) };
}

/** A call that is refused is asked once, so that the steps tell of each. */
const openai = new OpenAI({ maxRetries: 0 });
const anthropic = new Anthropic({ maxRetries: 0 });
const QUESTION = { role: 'user', content: 'Where does this go?' } as const;

async function chat({ model, isStreamed }: Extract<ModelCall, { act: 'Chat' }>): Promise<ModelAnswer> {
  const asked = { model, messages: [QUESTION], max_tokens: 50 };
  if (!isStreamed) {
    const completion = await openai.chat.completions.create(asked);
    received.push(completion);
    return { said: completion.choices[0]?.message.content ?? '' };
  }
  let said = '';
  for await (const chunk of await openai.chat.completions.create({ ...asked, stream: true })) {
    received.push(chunk);
    said += chunk.choices[0]?.delta.content ?? '';
  }
  return { said };
}

async function message({
  model,
  hasHostedTool,
}: Extract<ModelCall, { act: 'Message' }>): Promise<ModelAnswer> {
  const tools = hasHostedTool ? [{ type: 'web_search_20250305', name: 'web_search' } as const] : [];
  const answer = await anthropic.messages.create({ model, messages: [QUESTION], max_tokens: 50, tools });
  received.push(answer);
  return { said: answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('') };
}

/** Answers when the first words have come; the rest is read until it ends. */
async function openStream(question: string): Promise<ModelAnswer> {
  const messages = [{ ...QUESTION, content: question }];
  const asked = { model: 'gpt-test', messages, max_tokens: 50, stream: true } as const;
  const chunks = (await openai.chat.completions.create(asked))[Symbol.asyncIterator]();
  let count = 0;
  const next = async (): Promise<boolean> => {
    const { done = false, value } = await chunks.next();
    received.push(value);
    if (!done) count += 1;
    return !done;
  };
  await next();
  const readOn = async (): Promise<void> => {
    while (await next());
  };
  stream = {
    ended: readOn().catch((error: unknown) => void received.push(String(error))),
    chunks: () => count,
  };
  return { said: 'the stream is open' };
}

/** What an SDK throws of an answer that is an error. */
interface APIProblem {
  readonly status?: number;
  readonly type?: unknown;
  readonly error?: { readonly type?: unknown; readonly error?: { readonly type?: unknown } };
  readonly headers?: Headers;
}

function tellError(thrown: unknown): ModelAnswer {
  const { status, type, error, headers } = thrown as APIProblem;
  received.push(String(thrown), error, [...(headers ?? [])]);
  if (status === undefined) return { fault: String(thrown) };
  return { reason: String(error?.error?.type ?? error?.type ?? type), said: String(thrown) };
}
