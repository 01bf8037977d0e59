import { describe, expect, test } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { ask } from './upstream-client.ts';
import { KEY, say, UPSTREAM, useUpstream } from './upstream-world.ts';

const gateway = useUpstream([
  {
    ...UPSTREAM,
    name: 'openai',
    methods: ['POST', 'GET'],
    paths: ['/chat/completions', '/models'],
    llm: { api: 'OpenAIChat', models: ['gpt-test'], maxOutputTokens: 1_000, hostedTools: [] },
  },
]);
const PATH = '/upstreams/openai/chat/completions';
const messages = [{ role: 'user', content: 'Hello' }];
const JSON_TYPE = { 'content-type': 'application/json' };
const complete = (body: unknown, headers: Readonly<Record<string, string>> = JSON_TYPE) =>
  ask(gateway, {
    path: PATH,
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const details = () =>
  readRecorded(gateway.records()).flatMap((record) => (record.sandbox === sandbox() ? record.detail : []));
const answer = say(
  JSON.stringify({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } }),
  JSON_TYPE,
);

test('a request is decided on its body, and what was decided is sent', async () => {
  await gateway.serve(answer);
  const written = `{"messages": ${JSON.stringify(messages)}, "model": "gpt-test", "max_tokens": 5}`;
  expect(await complete(written)).toMatchObject({ status: 200 });
  const [received] = gateway.received;
  expect(JSON.parse(received?.body ?? '')).toEqual({ model: 'gpt-test', messages, max_tokens: 5 });
  expect(received).toMatchObject({
    url: '/v1/chat/completions',
    headers: { authorization: `Bearer ${KEY}`, 'content-length': String(received?.body.length) },
  });
});

describe('a request is refused, and is not sent', () => {
  test.for([
    ['for another model', { model: 'gpt-other', messages }, 403],
    ['with too many tokens', { model: 'gpt-test', messages, max_tokens: 100_000 }, 403],
    ['with a tool of the vendor', { model: 'gpt-test', messages, tools: [{ type: 'web_search' }] }, 403],
    ['with a field that is not known', { model: 'gpt-test', messages, background: true }, 403],
    ['with a body in which a key is there twice', '{"model":"gpt-test","model":"gpt-other"}', 400],
    ['with a body that is no JSON', 'model=gpt-test', 400],
    ['without a body', '', 400],
  ] as const)('%s', async ([, body, status]) => {
    await gateway.serve(answer);
    expect(await complete(body)).toMatchObject({ status });
    expect(gateway.received).toEqual([]);
    await expect.poll(() => details().length, POLL).toBe(1);
  });

  test('as a form, or compressed', async () => {
    await gateway.serve(answer);
    const body = { model: 'gpt-test', messages };
    expect(await complete(body, { 'content-type': 'text/plain' })).toMatchObject({ status: 400 });
    expect(await complete(body, { ...JSON_TYPE, 'content-encoding': 'gzip' })).toMatchObject({ status: 400 });
    expect(await complete({ ...body, user: 'a'.repeat(5_000_000) })).toMatchObject({ status: 413 });
    expect(gateway.received).toEqual([]);
  });
});

test('a body of millions of values is refused for their number, and a large one of texts and images is sent', async () => {
  await gateway.serve(answer);
  const zeros = `{"model":"gpt-test","messages":[0${',0'.repeat(1_500_000)}]}`;
  const refused = await complete(zeros);
  expect(refused).toMatchObject({ status: 400 });
  expect(refused.text).toContain('it has more than 50000 values');
  expect(gateway.received).toEqual([]);
  const url = `data:image/png;base64,${'iVBORw0K'.repeat(150_000)}`;
  const parts = [
    { type: 'text', text: 'All of it. '.repeat(150_000) },
    { type: 'image_url', image_url: { url } },
  ];
  const many = Array.from({ length: 5_000 }, () => messages[0]);
  const large = { model: 'gpt-test', messages: [...many, { role: 'user', content: parts }], max_tokens: 5 };
  expect(await complete(large)).toMatchObject({ status: 200 });
  expect(JSON.parse(gateway.received[0]?.body ?? '')).toEqual(large);
});

test('a list of models needs no body', async () => {
  await gateway.serve(say('{"data":[]}', JSON_TYPE));
  const path = '/upstreams/openai/models';
  expect(await ask(gateway, { path })).toMatchObject({ status: 200 });
  expect(await ask(gateway, { path, body: '{}', headers: { 'content-length': '2' } })).toMatchObject({
    status: 400,
  });
});

describe('a stream', () => {
  const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
  const first = event({ choices: [{ index: 0, delta: { content: 'Hi' } }], usage: null });
  const usage = event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 } });
  const done = 'data: [DONE]\n\n';
  const stream = say(`${first}${usage}${done}`, { 'content-type': 'text/event-stream' });

  test('tells the gateway what it has used, and an agent only where it asked', async () => {
    await gateway.serve(stream);
    const body = { model: 'gpt-test', messages, stream: true };
    expect((await complete(body)).text).toBe(`${first}${done}`);
    expect(JSON.parse(gateway.received[0]?.body ?? '')).toMatchObject({
      stream_options: { include_usage: true },
    });
    const asked = { ...body, stream_options: { include_usage: true } };
    expect((await complete(asked)).text).toBe(`${first}${usage}${done}`);
  });

  test('of a length that is told is whole without the event that is kept', async () => {
    const text = `${first}${usage}${done}`;
    const headers = { 'content-type': 'text/event-stream', 'content-length': String(text.length) };
    await gateway.serve(say(text, headers));
    const kept = await complete({ model: 'gpt-test', messages, stream: true });
    expect(kept).toMatchObject({ status: 200, text: `${first}${done}`, isCut: false });
    expect(kept.headers).not.toHaveProperty('content-length');
  });
});

test('tokens of the day are reserved before, and counted as the vendor says', async () => {
  gateway.changeRole((spec) => {
    spec.upstreams = [
      {
        ...UPSTREAM,
        name: 'openai',
        paths: ['/chat/completions'],
        llm: { api: 'OpenAIChat', models: ['gpt-test'], maxOutputTokens: 1_000, hostedTools: [] },
      },
    ] as unknown as typeof spec.upstreams;
    spec.credentials = [{ name: 'key', attach: { type: 'Bearer' } }] as typeof spec.credentials;
    spec.budgets = { ...spec.budgets, tokensPerDay: 1_100 };
  });
  await gateway.serve(
    say(
      JSON.stringify({ usage: { prompt_tokens: 100, completion_tokens: 500, total_tokens: 600 } }),
      JSON_TYPE,
    ),
  );
  const body = { model: 'gpt-test', messages, max_tokens: 900 };
  await expect.poll(async () => (await complete(body)).status, POLL).toBe(200);
  await expect
    .poll(async () => (await complete(body)).json(), POLL)
    .toMatchObject({ reason: 'BudgetUsedUp' });
  expect(await complete({ ...body, max_tokens: 100 })).toMatchObject({ status: 200 });
});
