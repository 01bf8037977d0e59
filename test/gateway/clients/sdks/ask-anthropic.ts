// A program that uses the SDK of Anthropic as its documentation says. Where it calls, and with what key, is in the environment alone.
import Anthropic from '@anthropic-ai/sdk';

const message = {
  model: 'claude-test',
  max_tokens: 50,
  messages: [{ role: 'user' as const, content: 'Where does this go?' }],
};
const { messages } = new Anthropic();

const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  messages: () => messages.create(message),
  stream: () => messages.stream(message).finalText(),
  'other-model': () => messages.create({ ...message, model: 'claude-other' }),
  'hosted-tool': () =>
    messages.create({ ...message, tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
};

process.stdout.write(JSON.stringify(await CALLS[process.argv[2] ?? '']?.()));
