import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { drain } from '../../src/serve/drain.ts';
import { buildAdmissionReview } from '../build/admission-review.ts';
import { type RunningWebhook, runWebhook } from '../webhook/running-webhook.ts';
import { startSteadyLoad } from '../webhook/steady-load.ts';

const log = createLog({ program: 'webhook', level: 'silent' });

function drainOf({ server }: RunningWebhook, delayMilliseconds: number): Promise<void> {
  return drain({ server, log, delayMilliseconds, sleep });
}

describe('a drain', () => {
  test('under constant load loses no review that was accepted', async () => {
    const webhook = await runWebhook();
    const { client } = webhook;
    const load = startSteadyLoad(client, 16);
    await sleep(200);
    await drainOf(webhook, 400);
    await sleep(50);
    const outcome = await load.stop();
    client.close();
    expect(outcome.lost).toEqual([]);
    expect(outcome.answered).toBeGreaterThan(0);
    expect(outcome.notAccepted).toBeGreaterThan(0);
  });

  test('also without any delay', async () => {
    const webhook = await runWebhook();
    const { client } = webhook;
    const load = startSteadyLoad(client, 16);
    await sleep(200);
    await drainOf(webhook, 0);
    const outcome = await load.stop();
    client.close();
    expect(outcome.lost).toEqual([]);
  });

  test('ends connections with the answer in its second half', async () => {
    const webhook = await runWebhook();
    const { server, client } = webhook;
    const body = JSON.stringify(buildAdmissionReview());
    expect((await client.send('/decide', body)).headers.connection).toBe('keep-alive');
    server.endConnections();
    expect((await client.send('/decide', body)).headers.connection).toBe('close');
    await webhook.stop();
  });

  test('keeps serving for half of its delay, ends connections in the other half, and closes then', async () => {
    const steps: string[] = [];
    await drain({
      server: {
        endConnections: () => void steps.push('end connections'),
        close: async () => {
          await sleep(10);
          steps.push('closed');
        },
      },
      log,
      delayMilliseconds: 10_000,
      sleep: (milliseconds) => (steps.push(`sleep ${milliseconds}`), Promise.resolve()),
    });
    expect(steps).toEqual(['sleep 5000', 'end connections', 'sleep 5000', 'closed']);
  });

  test('waits for a review whose body is still on its way', async () => {
    const webhook = await runWebhook();
    const answer = sendInTwoHalves(webhook);
    await answer.firstHalfSent;
    const drained = drainOf(webhook, 0);
    await sleep(100);
    answer.finish();
    expect(await answer.status).toBe(200);
    await drained;
    webhook.client.close();
  });

  test('is bounded where a client never finishes', async () => {
    const webhook = await runWebhook({ limits: { deadlineMilliseconds: 200, headersMilliseconds: 300 } });
    const answer = sendInTwoHalves(webhook);
    await answer.firstHalfSent;
    await drainOf(webhook, 0);
    expect(await answer.status).toBe(408);
    webhook.client.close();
  });
});

function sendInTwoHalves({ port, authority }: RunningWebhook): {
  firstHalfSent: Promise<void>;
  finish(): void;
  status: Promise<number>;
} {
  const body = JSON.stringify(buildAdmissionReview());
  const outgoing = request({
    host: '127.0.0.1',
    port,
    ca: authority.certificate,
    path: '/decide',
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
  });
  const status = new Promise<number>((resolve, reject) => {
    outgoing.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    outgoing.on('error', reject);
  });
  const firstHalfSent = new Promise<void>((resolve) => {
    outgoing.write(body.slice(0, 20), () => setTimeout(resolve, 50));
  });
  return { firstHalfSent, finish: () => outgoing.end(body.slice(20)), status };
}
