/** What one client, or all of them together, may take from the webhook. */
export interface WebhookLimits {
  /** Longest body of one review. The API server sends object and old object: controller-runtime allows 7 MiB as well. */
  readonly bodyBytes: number;
  /** Reviews under way at once; one more is answered 503. */
  readonly reviewsInFlight: number;
  /** Bytes of all bodies under way at once; a body that does not fit is answered 503. */
  readonly bufferedBytes: number;
  /** From a request's headers to its answer. Below the registrations' `timeoutSeconds`, so that the answer is ours. */
  readonly deadlineMilliseconds: number;
  /** From the first byte of a request to the end of its headers, and for a TLS handshake. */
  readonly headersMilliseconds: number;
  /** How long an idle connection is kept: longer than the 90 s after which Go's client drops it, so that the client ends it. */
  readonly idleMilliseconds: number;
  /** Connections at once; further ones are dropped. */
  readonly connections: number;
}

/** Sized for a container of 256 MiB and the API server's default of 600 requests in flight. */
export const DEFAULT_LIMITS: WebhookLimits = Object.freeze({
  bodyBytes: 7 * 1024 * 1024,
  reviewsInFlight: 512,
  bufferedBytes: 64 * 1024 * 1024,
  deadlineMilliseconds: 4_000,
  headersMilliseconds: 5_000,
  idleMilliseconds: 120_000,
  connections: 2_048,
});

/** Seconds in `Retry-After`: client-go waits them and asks again within the webhook's timeout (rest/with_retry.go). */
export const RETRY_AFTER_SECONDS = 1;

/** How long a request may last, from its first byte to its answer, in milliseconds. */
export function longestRequest({
  headersMilliseconds,
  deadlineMilliseconds,
}: Pick<WebhookLimits, 'headersMilliseconds' | 'deadlineMilliseconds'>): number {
  return headersMilliseconds + deadlineMilliseconds;
}
