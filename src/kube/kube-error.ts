/** Why a request failed: the API server's own reason, or what kept it from answering. */
export type KubeErrorReason =
  | 'NotFound'
  | 'KindNotServed'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'BadRequest'
  | 'Forbidden'
  | 'Unauthorized'
  | 'TooManyRequests'
  | 'Timeout'
  | 'Unavailable'
  | 'Untrusted'
  | 'Configuration'
  | 'InternalError'
  | 'Unknown';

/** What is known about a failed request. */
export interface KubeErrorDetails {
  readonly reason: KubeErrorReason;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Seconds the API server asked to wait. */
  readonly retryAfterSeconds?: number;
  /** The request never left this machine, so even a write may be sent again. */
  readonly neverSent?: boolean;
  readonly cause?: unknown;
}

/** A failed call to the API server. Its message names the object and says what to do where that is known. */
export class KubeError extends Error {
  readonly reason: KubeErrorReason;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly neverSent: boolean;

  constructor(message: string, details: KubeErrorDetails) {
    super(message, { cause: details.cause });
    this.name = 'KubeError';
    this.reason = details.reason;
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.neverSent = details.neverSent ?? false;
  }
}

/** Whether a caught value is a KubeError with one of the given reasons. */
export function isKubeError(error: unknown, ...reasons: KubeErrorReason[]): error is KubeError {
  return error instanceof KubeError && (reasons.length === 0 || reasons.includes(error.reason));
}
