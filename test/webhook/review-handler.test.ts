import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { createAdmissionMetrics } from '../../src/webhook/admission-metrics.ts';
import { ALLOWED } from '../../src/webhook/admission-verdict.ts';
import { createDeadlines } from '../../src/webhook/deadlines.ts';
import { DEFAULT_LIMITS } from '../../src/serve/limits.ts';
import { createRefusalLog } from '../../src/webhook/refusal-log.ts';
import { createReviewHandler } from '../../src/webhook/review-handler.ts';
import { createReviewLoad } from '../../src/serve/load.ts';
import { buildAdmissionReview } from '../build/admission-review.ts';

const LONGEST_HELD_BACK = 64 * 1024;

/** Sends one body to a handler, and tells what it left to the end of the turn and what it had answered by then. */
async function handle(body: string, bodyBytes = DEFAULT_LIMITS.bodyBytes) {
  const limits = { ...DEFAULT_LIMITS, bodyBytes };
  const load = createReviewLoad(limits);
  const log = createLog({ program: 'webhook', level: 'silent' });
  const heldBack: (() => void)[] = [];
  const statuses: number[] = [];
  const handler = createReviewHandler('Decide', {
    review: () => ALLOWED,
    limits,
    load,
    deadlines: createDeadlines(limits.deadlineMilliseconds, () => 0),
    metrics: createAdmissionMetrics(new Registry(), load.inFlight),
    log,
    refusals: createRefusalLog(log, () => 0),
    monotonicNow: () => 0,
    isReady: () => true,
    atTurnEnd: (task) => void heldBack.push(task),
  });
  const request = Object.assign(new PassThrough(), { headers: { 'content-type': 'application/json' } });
  const response = {
    setHeader: () => {},
    writeHead: (status: number) => statuses.push(status),
    end: () => {},
  };
  handler(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  request.end(body);
  await new Promise((resolve) => request.once('close', resolve));
  return { heldBack, statuses, inFlight: load.inFlight };
}

const review = JSON.stringify(buildAdmissionReview());

test.for([
  ['a review', review],
  ['a review of the greatest length that is', review.padEnd(LONGEST_HELD_BACK)],
  ['what is no review', '{}'],
])('%s is held back, under way until then, and answered once', async ([, body]) => {
  const { heldBack, statuses, inFlight } = await handle(body!);
  expect({ heldBack: heldBack.length, statuses, inFlight: inFlight() }).toEqual({
    heldBack: 1,
    statuses: [],
    inFlight: 1,
  });
  for (const task of heldBack) task();
  expect({ statuses, inFlight: inFlight() }).toEqual({ statuses: [body === '{}' ? 400 : 200], inFlight: 0 });
});

test.for([
  ['a longer one', review.padEnd(LONGEST_HELD_BACK + 1), undefined, 200],
  ['one that is too large', review, 100, 413],
] as const)('%s is not held back', async ([, body, bodyBytes, status]) => {
  const { heldBack, statuses, inFlight } = await handle(body, bodyBytes);
  expect({ heldBack: heldBack.length, statuses, inFlight: inFlight() }).toEqual({
    heldBack: 0,
    statuses: [status],
    inFlight: 0,
  });
});
