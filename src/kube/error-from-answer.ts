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
const byStatusReason: Readonly<Record<string, KubeErrorReason>> = {
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

const byStatusCode: Readonly<Record<number, KubeErrorReason>> = {
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

const advice: Partial<Record<KubeErrorReason, string>> = {
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
  const hint = advice[reason];
  const message = `cannot ${answer.request}: ${said}${hint === undefined ? '' : ` (${hint})`}`;
  const seconds = retryAfterSeconds(answer.retryAfter);
  return new KubeError(message, { reason, status: answer.status, retryAfterSeconds: seconds });
}

/** The reason of a Status object met inside a watch stream, where its code stands in for the HTTP status. */
export function reasonOf(code: number, status: Status | undefined): KubeErrorReason {
  // A path that no API serves is answered in plain text; taking it for a missing object would look like a deletion.
  if (code === 404 && status === undefined) return 'KindNotServed';
  return byStatusReason[status?.reason ?? ''] ?? byStatusCode[code] ?? 'Unknown';
}

function parseStatus(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    const isStatus =
      typeof parsed === 'object' && parsed !== null && 'kind' in parsed && parsed.kind === 'Status';
    return isStatus ? (parsed as Status) : undefined;
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
