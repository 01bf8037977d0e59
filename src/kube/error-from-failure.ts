import { KubeError } from './kube-error.ts';

// The connection was never made, so nothing of the request can have been acted on.
const neverSentCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const untrusted =
  /^(ERR_TLS_|CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER)/;

/** Turns a failed connection into a typed error; `request` is what was tried, such as `list Pod`. */
export function errorFromFailure(request: string, server: string, cause: unknown): KubeError {
  if (cause instanceof KubeError) return cause;
  const code = codeOf(cause);
  const said = cause instanceof Error ? cause.message : String(cause);
  if (code !== undefined && untrusted.test(code)) {
    const advice = 'check the certificate authority and tls-server-name of the kubeconfig, or ca.crt of the ServiceAccount';
    const message = `cannot ${request}: the certificate of ${server} is not trusted: ${said} (${advice})`;
    return new KubeError(message, { reason: 'Untrusted', cause });
  }
  const detail = code === undefined || said.includes(code) ? said : `${code}: ${said}`;
  const message = `cannot ${request}: no answer from ${server}: ${detail}`;
  const neverSent = code !== undefined && neverSentCodes.has(code);
  return new KubeError(message, { reason: 'Unavailable', neverSent, cause });
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  if (cause instanceof AggregateError) return codeOf(cause.errors[0]);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}
