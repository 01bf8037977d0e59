import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../lib/log.ts';
import { readBody } from '../serve/body.ts';
import type { ServerLimits } from '../serve/limits.ts';
import type { Load } from '../serve/load.ts';
import { isRequestProblem, type RequestProblem, sendProblem } from '../serve/problem.ts';
import type { AdmissionMetrics } from './admission-metrics.ts';
import type { AdmissionRequest, ReviewPhase } from './admission-review.ts';
import type { AdmissionVerdict } from './admission-verdict.ts';
import { decodeReview } from './decode-review.ts';
import { encodeVerdict } from './encode-verdict.ts';
import { recordAdmission } from './record-admission.ts';

/**
 * Reviews one request: no I/O, in well under a millisecond, but for CONNECT, which waits for the API server. It throws on a
 * fault, never to deny.
 */
export type Review = (
  request: AdmissionRequest,
  phase: ReviewPhase,
) => AdmissionVerdict | Promise<AdmissionVerdict>;

export interface ReviewHandlerOptions {
  readonly review: Review;
  readonly limits: ServerLimits;
  readonly load: Load;
  readonly metrics: AdmissionMetrics;
  readonly log: Logger;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether the caches can be trusted. Requests are rejected while they cannot. */
  readonly isReady: () => boolean;
}

/** A verdict, and the response that carries it. */
interface Answer {
  readonly request: AdmissionRequest;
  readonly verdict: AdmissionVerdict;
  readonly encoded: string;
}

/**
 * Reviews one request of the API server: reads the body, decodes it, reviews it, sends the verdict and leaves the load.
 * Whatever goes wrong on the way is a problem and never an allow; the API server then applies the registration's
 * `failurePolicy`. Never rejects.
 */
export async function handleReview(
  phase: ReviewPhase,
  options: ReviewHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { limits, load, metrics, monotonicNow } = options;
  const started = monotonicNow();
  const reject = (problem: RequestProblem): void => {
    metrics.failed(problem.reason);
    sendProblem(response, problem);
  };
  const early = options.isReady() ? checkHeaders(request) : NOT_READY;
  if (early !== null) return reject(early);
  const slot = load.enter();
  if (slot === null) return reject(OVERLOADED);
  try {
    const body = await readBody(request, slot, limits);
    if (body === null) return;
    if (isRequestProblem(body)) return reject(body);
    const answer = await reviewBody(phase, body, options);
    if (isRequestProblem(answer)) return reject(answer);
    const milliseconds = monotonicNow() - started;
    if (milliseconds > limits.deadlineMilliseconds) return reject(late(milliseconds, limits));
    sendVerdict(response, answer.encoded);
    report(phase, answer, milliseconds / 1000, options);
  } catch (error) {
    options.log.error({ err: error, phase }, 'the request failed');
    reject(FAULT);
  } finally {
    slot.leave();
  }
}

/** Decodes and reviews a body. A fault of a review is caught here: it becomes a 500, and the API server fails closed. */
async function reviewBody(
  phase: ReviewPhase,
  body: Buffer,
  { review, log }: ReviewHandlerOptions,
): Promise<Answer | RequestProblem> {
  const request = decodeReview(body);
  if (isRequestProblem(request)) return request;
  try {
    const verdict = await review(request, phase);
    return { request, verdict, encoded: encodeVerdict(request.uid, verdict) };
  } catch (error) {
    log.error({ err: error, phase, ...describeRequest(request) }, 'review failed');
    return FAULT;
  }
}

function sendVerdict(response: ServerResponse, encoded: string): void {
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(encoded),
  });
  response.end(encoded);
}

function report(
  phase: ReviewPhase,
  { request, verdict }: Answer,
  seconds: number,
  { metrics, log, now }: ReviewHandlerOptions,
): void {
  const { operation, resource, subResource } = request;
  metrics.reviewed({
    phase,
    verdict: verdict.allowed ? 'Allowed' : 'Denied',
    operation,
    resource: subResource ? `${resource.resource}/${subResource}` : resource.resource,
    checks: verdict.allowed ? [] : verdict.checks,
    seconds,
  });
  if (!verdict.allowed) {
    log.info({ phase, ...describeRequest(request), checks: verdict.checks }, 'review denied');
  }
  recordAdmission(phase, { request, verdict }, { log, time: now() });
}

/** The fields of a log line: only names, never an object. */
function describeRequest({
  uid,
  operation,
  resource,
  subResource,
  namespace,
  name,
  userInfo,
}: AdmissionRequest) {
  return {
    uid,
    operation,
    resource: resource.resource,
    subResource,
    namespace,
    name,
    user: userInfo?.username,
  };
}

const JSON_MEDIA_TYPE = /^application\/json\s*(;\s*charset=("utf-8"|utf-8)\s*)?$/i;

function checkHeaders({ headers }: IncomingMessage): RequestProblem | null {
  if (!JSON_MEDIA_TYPE.test(headers['content-type'] ?? '')) return WRONG_TYPE;
  return headers['content-encoding'] === undefined ? null : ENCODED;
}

const NOT_READY: RequestProblem = Object.freeze({
  reason: 'NotReady',
  status: 503,
  text: 'the caches of the webhook are not synced or are stale; try again in a moment',
  retry: true,
});

const OVERLOADED: RequestProblem = Object.freeze({
  reason: 'Overloaded',
  status: 503,
  text: 'the webhook has too many reviews in flight; try again, or run more replicas',
  retry: true,
});

const WRONG_TYPE: RequestProblem = Object.freeze({
  reason: 'UnsupportedMediaType',
  status: 415,
  text: 'Content-Type must be application/json',
});

const ENCODED: RequestProblem = Object.freeze({
  reason: 'UnsupportedMediaType',
  status: 415,
  text: 'Content-Encoding must not be set; send the body without compression',
});

const FAULT: RequestProblem = Object.freeze({
  reason: 'Fault',
  status: 500,
  text: 'the review failed, so the request is not admitted; the log of the webhook has the cause',
});

function late(milliseconds: number, { deadlineMilliseconds }: ServerLimits): RequestProblem {
  const text = `the review took ${Math.round(milliseconds)} ms; it must take at most ${deadlineMilliseconds} ms; try again`;
  return { reason: 'Late', status: 504, text };
}
