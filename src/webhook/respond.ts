import type { ServerResponse } from 'node:http';
import { constants, Http2ServerResponse } from 'node:http2';
import { ADMISSION_REVIEW_VERSION } from './admission-review.ts';
import type { AdmissionVerdict, DeniedVerdict } from './admission-verdict.ts';
import { RETRY_AFTER_SECONDS } from '../serve/limits.ts';
import type { ReviewProblem } from '../serve/problem.ts';

/** The API server cuts a warning at 256 characters once all of them pass 4,096 (endpoints/filters/warning.go). */
const LONGEST_WARNING = 256;
const LONGEST_WARNINGS = 4_096;
/** The message is stored in audit logs and shown in terminals; a pod of a thousand containers must not fill them. */
const LONGEST_MESSAGE = 16_384;
const LONGEST_ANNOTATION = 4_096;

const HEAD = `{"apiVersion":"${ADMISSION_REVIEW_VERSION}","kind":"AdmissionReview","response":{"uid":`;
const ALLOW_TAIL = ',"allowed":true}}';

/**
 * Puts a verdict in the words of AdmissionReview v1. The plain allow is put together from prepared text.
 * Anything that is not clearly allowed or denied throws: the one place where an answer could become an allow.
 */
export function encodeVerdict(uid: string, verdict: AdmissionVerdict): string {
  const notes = encodeNotes(verdict);
  const head = HEAD + JSON.stringify(uid);
  const { allowed }: { allowed: unknown } = verdict;
  if (allowed === true) return notes === '' ? head + ALLOW_TAIL : `${head},"allowed":true${notes}}}`;
  if (allowed !== false) throw new TypeError('a verdict must be allowed or denied');
  const { code, reason, message } = verdict as DeniedVerdict;
  if (!(code >= 400 && code <= 599))
    throw new RangeError(`a denied verdict must have an error code, not ${code}`);
  const status = JSON.stringify({ code, reason, message: cut(message, LONGEST_MESSAGE) });
  return `${head},"allowed":false,"status":${status}${notes}}}`;
}

function encodeNotes({ warnings, auditAnnotations }: AdmissionVerdict): string {
  let notes = '';
  if (warnings !== undefined && warnings.length > 0) {
    notes += `,"warnings":${JSON.stringify(fitWarnings(warnings))}`;
  }
  if (auditAnnotations !== undefined) {
    const entries = Object.entries(auditAnnotations).map(([key, value]) => [
      key,
      cut(value, LONGEST_ANNOTATION),
    ]);
    notes += `,"auditAnnotations":${JSON.stringify(Object.fromEntries(entries))}`;
  }
  return notes;
}

/** As many warnings as the API server passes on whole. Control characters would make it drop the header (net.NewWarningHeader). */
function fitWarnings(warnings: readonly string[]): string[] {
  const fitting: string[] = [];
  let total = 0;
  for (const warning of warnings) {
    const line = cut(warning.replaceAll(/\p{Cc}+/gu, ' '), LONGEST_WARNING);
    total += line.length;
    if (total > LONGEST_WARNINGS) break;
    fitting.push(line);
  }
  return fitting;
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Half of a surrogate pair is not UTF-8, and the API server would refuse the whole answer.
  return `${text.slice(0, longest - 1).toWellFormed()}…`;
}

/** Sends an encoded verdict. */
export function sendVerdict(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

/** Sends what is not a verdict, as one line of text. Never a 2xx: the API server reads anything else as a failed call. */
export function sendProblem(response: ServerResponse, problem: ReviewProblem): void {
  if (response.headersSent || isGone(response)) return;
  const body = `${problem.text}\n`;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  if (problem.retry === true) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  if (problem.close === true) stopReading(response);
  response.writeHead(problem.status);
  response.end(body);
}

/** Once the answer is sent, what the client still sends is not read: on HTTP/2 that ends the stream, and no connection. */
function stopReading(response: ServerResponse | Http2ServerResponse): void {
  if (response instanceof Http2ServerResponse) {
    // Of the stream: the response itself finishes once the stream is closed.
    response.stream.once('finish', () => response.stream.close(constants.NGHTTP2_NO_ERROR));
  } else {
    response.setHeader('Connection', 'close');
  }
}

function isGone(response: ServerResponse | Http2ServerResponse): boolean {
  if (!(response instanceof Http2ServerResponse)) return response.destroyed;
  return response.stream.destroyed || response.stream.closed;
}
