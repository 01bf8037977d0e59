// A program that uses the SDK of OpenAI as its documentation says. Where it calls, and with what key, is in the environment alone.
import OpenAI from 'openai';

const MODEL = 'gpt-test';
const QUESTION = 'Where does this go?';
const messages = [{ role: 'user', content: QUESTION }] as const;
const chat = { model: MODEL, messages: [...messages], max_tokens: 50 };

const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  chat: () => new OpenAI().chat.completions.create(chat),
  stream: async () => {
    const chunks = await new OpenAI().chat.completions.create({ ...chat, stream: true });
    let said = '';
    for await (const { choices } of chunks) said += choices[0]?.delta.content ?? '';
    return said;
  },
  'other-model': () => new OpenAI().chat.completions.create({ ...chat, model: 'gpt-other' }),
  'too-many-tokens': () => new OpenAI().chat.completions.create({ ...chat, max_tokens: 100_000 }),
  // An upstream has one API, and the variable one upstream: the other is told in code.
  responses: async () => {
    const { output_text } = await responses().create({ model: MODEL, input: QUESTION, store: false });
    return output_text;
  },
  'hosted-tool': () =>
    responses().create({ model: MODEL, input: QUESTION, store: false, tools: [{ type: 'web_search' }] }),
};

function responses(): OpenAI['responses'] {
  const baseURL = process.env['OPENAI_BASE_URL']?.replace('/openai', '/openai-responses');
  return new OpenAI({ baseURL }).responses;
}

process.stdout.write(JSON.stringify(await CALLS[process.argv[2] ?? '']?.()));
