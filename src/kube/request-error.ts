import { errorMessage } from '../lib/error-message.ts';
import { isRecord } from '../lib/is-record.ts';
import { KubeError, type KubeErrorReason } from './kube-error.ts';

/** An answer of the API server that is not a success. */
export interface FailedAnswer {
  /** What was tried, such as `get Pod acme/agent-1`. */
  readonly request: string;
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string;
}

interface Status {
  readonly message?: string;
  readonly reason?: string;
}

// The API server's own words win over the status code: 404 and 409 each stand for more than one thing.
const REASONS_BY_NAME: Readonly<Record<string, KubeErrorReason>> = {
  NotFound: 'NotFound',
  AlreadyExists: 'AlreadyExists',
  Conflict: 'Conflict',
  Gone: 'Gone',
  Expired: 'Gone',
  Invalid: 'Invalid',
  BadRequest: 'BadRequest',
  Forbidden: 'Forbidden',
  Unauthorized: 'Unauthorized',
  TooManyRequests: 'TooManyRequests',
  Timeout: 'Timeout',
  ServerTimeout: 'Timeout',
  ServiceUnavailable: 'Unavailable',
  InternalError: 'InternalError',
};

const REASONS_BY_CODE: Readonly<Record<number, KubeErrorReason>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Gone',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'Timeout',
};

const ADVICE: Partial<Record<KubeErrorReason, string>> = {
  Forbidden: 'grant this verb to that user, or use other credentials',
  Unauthorized: 'the credentials are missing or expired: renew them',
  Conflict: 'it was changed in between: read it again and repeat the change',
  KindNotServed: 'install its CustomResourceDefinition, or use a Kubernetes version that serves it',
};

/** Turns a failed answer into a typed error that names the object, what the API server said and what to do. */
export function errorFromAnswer(answer: FailedAnswer): KubeError {
  const status = parseStatus(answer.body);
  const reason = reasonOf(answer.status, status);
  const said = status?.message ?? firstLine(answer.body) ?? `HTTP ${answer.status}`;
  const hint = ADVICE[reason];
  const message = `cannot ${answer.request}: ${said}${hint === undefined ? '' : ` (${hint})`}`;
  const seconds = retryAfterSeconds(answer.retryAfter);
  return new KubeError(message, { reason, status: answer.status, retryAfterSeconds: seconds });
}

/** The reason of a Status object inside a watch stream, whose code takes the place of the HTTP status. */
export function reasonOf(code: number, status: Status | undefined): KubeErrorReason {
  // A path that no API serves is answered in plain text; taking it for a missing object would look like a deletion.
  if (code === 404 && status === undefined) return 'KindNotServed';
  return REASONS_BY_NAME[status?.reason ?? ''] ?? REASONS_BY_CODE[code] ?? 'Unknown';
}

function parseStatus(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    return isRecord(parsed) && parsed['kind'] === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function firstLine(body: string): string | undefined {
  const line = body.trim().split('\n', 1)[0]?.slice(0, 300);
  return line === '' ? undefined : line;
}

// RFC 9110 §10.2.3 also allows a date; the API server only sends seconds.
function retryAfterSeconds(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) : undefined;
}

// The connection was never made, so nothing of the request can have been acted on.
const NEVER_SENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const UNTRUSTED_CODE =
  /^(ERR_TLS_|CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER)/;

/** Turns a failed connection into a typed error; `request` is what was tried, such as `list Pod`. */
export function errorFromFailure(request: string, server: string, cause: unknown): KubeError {
  if (cause instanceof KubeError) return cause;
  const code = codeOf(cause);
  const said = errorMessage(cause);
  if (code !== undefined && UNTRUSTED_CODE.test(code)) {
    const advice =
      'check the certificate authority and tls-server-name of the kubeconfig, or ca.crt of the ServiceAccount';
    const message = `cannot ${request}: the certificate of ${server} is not trusted: ${said} (${advice})`;
    return new KubeError(message, { reason: 'Untrusted', cause });
  }
  const detail = code === undefined || said.includes(code) ? said : `${code}: ${said}`;
  const message = `cannot ${request}: no answer from ${server}: ${detail}`;
  const neverSent = code !== undefined && NEVER_SENT_CODES.has(code);
  return new KubeError(message, { reason: 'Unavailable', neverSent, cause });
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  if (cause instanceof AggregateError) return codeOf(cause.errors[0]);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}
