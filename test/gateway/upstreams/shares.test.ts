import type { IncomingMessage, ServerResponse } from 'node:http';
import { request } from 'node:https';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { type Asked, ask, optionsOf } from './upstream-client.ts';
import { say, UPSTREAM, useUpstream } from './upstream-world.ts';

const gateway = useUpstream([
  UPSTREAM,
  {
    ...UPSTREAM,
    name: 'openai',
    methods: ['POST'],
    paths: ['/chat/completions'],
    llm: { api: 'OpenAIChat', models: ['gpt-test'], maxOutputTokens: 1_000, hostedTools: [] },
  },
]);

/** The address of a sandbox that no test begins with. */
const OTHER = '127.0.0.45';
const MIB = 1_024 * 1_024;
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());

/** For a model, with an image: a text of that length would use up the tokens of the day. */
const asking = (mebibytes: number): Asked => ({
  path: '/upstreams/openai/chat/completions',
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'gpt-test',
    max_tokens: 5,
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: imageOf(mebibytes) } }] }],
  }),
});

const imageOf = (mebibytes: number) => `data:image/png;base64,${'A'.repeat(4 + mebibytes * MIB)}`;

/** Sends a request, and leaves its answer open until the test has ended. */
function leaveOpen(asked: Asked): Promise<IncomingMessage> {
  const sent = request(optionsOf(gateway, asked));
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.on('response', resolve).on('error', reject).end(asked.body);
  onTestFinished(() => void sent.destroy());
  return promise;
}

/** Begins responses, or does not, and ends them when it is told to. */
function createHangingVendor() {
  const open: ServerResponse[] = [];
  let isBeginning = true;
  return {
    listener: (_request: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(200, { 'content-type': 'application/json' });
      if (isBeginning) response.flushHeaders();
      open.push(response);
    },
    hideHeads: () => {
      isBeginning = false;
    },
    endAll: () => {
      for (const response of open) response.end('{}');
    },
  };
}

/** Lets no connection be made until it is told to, or the test has ended. */
function hangDials() {
  const { network } = gateway.world;
  const dial = network.dial.bind(network);
  const hung = Promise.withResolvers<void>();
  let count = 0;
  network.dial = async (...place) => {
    count += 1;
    await hung.promise;
    return dial(...place);
  };
  const goOn = (): void => {
    network.dial = dial;
    hung.resolve();
  };
  onTestFinished(goOn);
  return { waiting: () => count, goOn };
}

describe('a sandbox that keeps its calls open', () => {
  test('holds no more bytes of bodies than its share, and takes nothing of the others', async () => {
    await gateway.serve(say('{}', { 'content-type': 'application/json' }));
    const dials = hangDials();
    const answers = [leaveOpen(asking(3)), leaveOpen(asking(3))];
    await expect.poll(dials.waiting, POLL).toBe(2);
    const refused = await ask(gateway, asking(3));
    expect({ ...refused, json: refused.json() }).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      json: { reason: 'RequestBytesReached', error: { type: 'RequestBytesReached' } },
    });
    const other = ask(gateway, { ...asking(3), from: OTHER });
    await expect.poll(dials.waiting, POLL).toBe(3);
    dials.goOn();
    expect(await other).toMatchObject({ status: 200 });
    for (const answer of answers) expect(await answer).toMatchObject({ statusCode: 200 });
    expect(gateway.received).toHaveLength(3);
    expect(await ask(gateway, asking(3))).toMatchObject({ status: 200 });
    await expect
      .poll(() => recorded().map(({ phase, detail }) => `${phase} ${detail}`), POLL)
      .toContain('Event RequestBytesReached');
  });

  test('holds no bytes of bodies that are sent, whether a response has begun or not', async () => {
    const vendor = createHangingVendor();
    await gateway.serve(vendor.listener);
    for (let calls = 0; calls < 4; calls += 1) {
      expect(await leaveOpen(asking(3))).toMatchObject({ statusCode: 200 });
    }
    vendor.hideHeads();
    const answers: Promise<IncomingMessage>[] = [];
    for (let calls = 0; calls < 3; calls += 1) {
      answers.push(leaveOpen(asking(3)));
      await expect.poll(() => gateway.received.length, POLL).toBe(5 + calls);
    }
    vendor.endAll();
    for (const answer of answers) expect(await answer).toMatchObject({ statusCode: 200 });
  });

  test('has no more of them than it has connections, and the others are served', async () => {
    await gateway.serve((incoming, response) => {
      if (incoming.method === 'HEAD') response.end();
      else response.writeHead(200).flushHeaders();
    });
    const asked: Asked = { path: '/upstreams/vendor/items' };
    const opened = await Promise.allSettled(Array.from({ length: 28 }, () => leaveOpen(asked)));
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(24);
    const other = await ask(gateway, { ...asked, method: 'HEAD', from: OTHER });
    expect(other).toMatchObject({ status: 200 });
  });
});

test('a response of a model that is not a stream holds no more than its share to count its tokens', async () => {
  const usage = { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
  await gateway.serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(`{"choices":[],"text":"${'a'.repeat(3 * MIB)}",`);
    setTimeout(() => response.end(JSON.stringify(usage).slice(1)), 500);
  });
  const answers = await Promise.all(Array.from({ length: 4 }, () => ask(gateway, asking(0))));
  for (const answer of answers) expect(answer.json()).toMatchObject(usage);
});
