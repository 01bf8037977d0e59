import { type ServerResponse } from 'node:http';

/** Why a request was rejected. It is the value of a metric's label, so there are few. */
export type ProblemReason =
  | 'NotReady'
  | 'Overloaded'
  | 'UnsupportedMediaType'
  | 'TooLarge'
  | 'Malformed'
  | 'UnknownPath'
  | 'UnknownMethod'
  | 'SourceNotAPod'
  | 'SlowBody'
  | 'Late'
  | 'Fault';

/** The rejection of a request. */
export interface RequestProblem {
  readonly reason: ProblemReason;
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** One line for the person who sent the request. */
  readonly text: string;
  /** Whether the client may send the request again at once. */
  readonly retry?: boolean;
  /** Whether the rest of the request is not read, so that the connection cannot be used again. */
  readonly close?: boolean;
}

/** Whether a value that may be a problem is one. */
export function isRequestProblem(value: object): value is RequestProblem {
  return 'status' in value && 'text' in value;
}

/** client-go waits for `Retry-After` and sends the request again within its own timeout (rest/with_retry.go). */
const RETRY_AFTER_SECONDS = 1;

/** Sends a problem as one line of text. Does nothing where a response was sent, or the client is gone. */
export function sendProblem(response: ServerResponse, problem: RequestProblem): void {
  send(response, problem, { type: 'text/plain; charset=utf-8', body: `${problem.text}\n` });
}

/** Sends a problem as JSON (RFC 9457): `{status, reason, detail}`. Does nothing where {@link sendProblem} does nothing. */
export function sendJsonProblem(response: ServerResponse, problem: RequestProblem): void {
  const { status, reason, text } = problem;
  const body = JSON.stringify({ status, reason, detail: text });
  send(response, problem, { type: 'application/problem+json', body });
}

function send(
  response: ServerResponse,
  { status, retry, close }: RequestProblem,
  { type, body }: { readonly type: string; readonly body: string },
): void {
  if (response.headersSent || response.destroyed) return;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  if (retry === true) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  if (close === true) response.setHeader('Connection', 'close');
  response.writeHead(status);
  response.end(body);
}
