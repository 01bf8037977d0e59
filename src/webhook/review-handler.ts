import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../lib/log.ts';
import type { AdmissionMetrics } from './admission-metrics.ts';
import type { AdmissionRequest } from './admission-review.ts';
import type { AdmissionVerdict } from './admission-verdict.ts';
import { type BodyBounds, collectBody, tooLarge } from '../serve/body.ts';
import { decodeReview } from './decode-review.ts';
import { describeAdmissionRequest } from './describe-admission-request.ts';
import type { WebhookLimits } from '../serve/limits.ts';
import type { RefusalLog } from './refusal-log.ts';
import { encodeVerdict, sendProblem, sendVerdict } from './respond.ts';
import type { Review, ReviewPhase } from './review-function.ts';
import { isReviewProblem, type ReviewProblem } from '../serve/problem.ts';
import type { TurnEnd } from './turn-end.ts';

/** What a handler works with. `monotonicNow` counts milliseconds. */
export interface ReviewHandlerParts extends BodyBounds {
  readonly review: Review;
  readonly limits: WebhookLimits;
  readonly metrics: AdmissionMetrics;
  readonly log: Logger;
  readonly refusals: RefusalLog;
  readonly monotonicNow: () => number;
  readonly isReady: () => boolean;
  readonly atTurnEnd: TurnEnd;
}

/** Answers one request. It never throws, nor does what it leaves to the end of the turn. */
export type ReviewHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** A pod of ordinary size in bytes, many times over. Beyond it the room that a body takes counts for more than caches. */
const LONGEST_HELD_BACK = 64 * 1024;

/** Answers the reviews of one phase: bytes in, verdict out; whatever goes wrong in between is a problem, never an allow. */
export function createReviewHandler(phase: ReviewPhase, parts: ReviewHandlerParts): ReviewHandler {
  const { limits, load, metrics, monotonicNow, atTurnEnd } = parts;
  const refuse = (response: ServerResponse, problem: ReviewProblem): void => {
    metrics.failed(problem.reason);
    sendProblem(response, problem);
  };
  const answer = (response: ServerResponse, body: Buffer, started: number): void => {
    const decided = decide(phase, body, parts);
    if (isReviewProblem(decided)) return refuse(response, decided);
    const milliseconds = monotonicNow() - started;
    if (milliseconds > limits.deadlineMilliseconds) return refuse(response, late(milliseconds));
    sendVerdict(response, decided.encoded);
    report(phase, decided, milliseconds, parts);
  };
  return function handleReview(request, response) {
    const started = monotonicNow();
    const early = parts.isReady() ? refuseHeaders(request, limits) : NOT_READY;
    if (early !== null) return refuse(response, early);
    if (!load.enter()) return refuse(response, OVERLOADED);
    collectBody(request, parts, (body, reserved) => {
      const settle = (): void => {
        try {
          if (body === null) return;
          if (isReviewProblem(body)) refuse(response, body);
          else answer(response, body, started);
        } catch (error) {
          parts.log.error({ err: error, phase }, 'answering a review failed');
          refuse(response, FAULT);
        } finally {
          load.leave(reserved);
        }
      };
      if (Buffer.isBuffer(body) && body.length <= LONGEST_HELD_BACK) atTurnEnd(settle);
      else settle();
    });
  };
}

interface Answer {
  readonly request: AdmissionRequest;
  readonly verdict: AdmissionVerdict;
  readonly encoded: string;
}

/** The one place where a fault in a review is caught. It becomes a 500, and the API server fails closed on it. */
function decide(
  phase: ReviewPhase,
  body: Buffer,
  { review, log }: ReviewHandlerParts,
): Answer | ReviewProblem {
  const request = decodeReview(body);
  if (isReviewProblem(request)) return request;
  try {
    const verdict = review(request, phase);
    return { request, verdict, encoded: encodeVerdict(request.uid, verdict) };
  } catch (error) {
    log.error({ err: error, phase, ...describeAdmissionRequest(request) }, 'review failed');
    return FAULT;
  }
}

const NO_CHECKS: readonly string[] = Object.freeze([]);

function report(
  phase: ReviewPhase,
  answer: Answer,
  milliseconds: number,
  { metrics, refusals }: ReviewHandlerParts,
): void {
  const { request, verdict } = answer;
  const { operation } = request;
  const { resource } = request.resource;
  const { subResource } = request;
  metrics.reviewed({
    phase,
    verdict: verdict.allowed ? 'Allowed' : 'Denied',
    operation,
    resource: subResource ? `${resource}/${subResource}` : resource,
    checks: verdict.allowed ? NO_CHECKS : verdict.checks,
    seconds: milliseconds / 1000,
  });
  if (!verdict.allowed) refusals.add(phase, request, verdict.checks);
}

function refuseHeaders({ headers }: IncomingMessage, { bodyBytes }: WebhookLimits): ReviewProblem | null {
  const type = headers['content-type'] ?? '';
  if (type !== 'application/json' && !JSON_MEDIA_TYPE.test(type)) return WRONG_TYPE;
  if (headers['content-encoding'] !== undefined) return ENCODED;
  return Number(headers['content-length'] ?? 0) > bodyBytes ? tooLarge(bodyBytes) : null;
}

const JSON_MEDIA_TYPE = /^application\/json\s*(;\s*charset=("utf-8"|utf-8)\s*)?$/i;

const NOT_READY: ReviewProblem = Object.freeze({
  reason: 'NotReady',
  status: 503,
  text: 'the webhook does not know the cluster (its caches are not synced, or stale); try again in a moment',
  retry: true,
});

const OVERLOADED: ReviewProblem = Object.freeze({
  reason: 'Overloaded',
  status: 503,
  text: 'the webhook has as many reviews under way as it takes; try again, or run more replicas',
  retry: true,
});

const WRONG_TYPE: ReviewProblem = Object.freeze({
  reason: 'UnsupportedMediaType',
  status: 415,
  text: 'Content-Type must be application/json',
});

const ENCODED: ReviewProblem = Object.freeze({
  reason: 'UnsupportedMediaType',
  status: 415,
  text: 'Content-Encoding must be left out: bodies are read as they are',
});

const FAULT: ReviewProblem = Object.freeze({
  reason: 'Fault',
  status: 500,
  text: 'the review failed inside the webhook, so nothing is admitted; the webhook log has the cause',
});

function late(milliseconds: number): ReviewProblem {
  const text = `the review took ${Math.round(milliseconds)} ms, longer than it may; try again`;
  return { reason: 'Late', status: 504, text };
}
