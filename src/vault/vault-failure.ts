import { errorCode } from '../lib/error-code.ts';
import { shorten } from '../lib/shorten.ts';
import { singleLine } from '../lib/single-line.ts';
import type { VaultErrorDetails, VaultErrorReason } from './vault-error.ts';

const MAX_MESSAGES = 4;
const MAX_MESSAGE_CHARACTERS = 300;

/** Tokens of Vault and of OpenBao, and JSON Web Tokens, wherever a message holds one. */
const TOKEN = /\b(?:hv[sbr]|[sbr])\.[A-Za-z0-9_-]{20,}|\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g;

/** Why a status other than 200, 202 and 204 is none of success. */
const REASONS: Readonly<Record<number, VaultErrorReason>> = {
  // A standby that forwards nothing names the active server. To follow would send the token to whoever is named.
  307: 'Unavailable',
  308: 'Unavailable',
  400: 'Invalid',
  403: 'Denied',
  404: 'Missing',
  405: 'Invalid',
  412: 'Unavailable',
  413: 'Invalid',
  429: 'Unavailable',
  472: 'Unavailable',
  473: 'Unavailable',
  500: 'Unavailable',
  501: 'Unavailable',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'Unavailable',
};

/** Says what a response that is none of success means. `secrets` are cut out of its messages. */
export function failureOfResponse(
  status: number,
  errors: unknown,
  secrets: readonly string[],
): VaultErrorDetails {
  const messages = (Array.isArray(errors) ? errors : [])
    .filter((error) => typeof error === 'string')
    .map((text) => readable(text, secrets))
    .filter((text) => text !== '')
    .slice(0, MAX_MESSAGES);
  return {
    reason: REASONS[status] ?? 'Unexpected',
    status,
    messages: status >= 300 && status < 400 ? [redirected(status)] : messages,
  };
}

function readable(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
  const line = singleLine(hidden.replace(TOKEN, '[redacted]').replaceAll(/\s+/g, ' ').trim());
  return shorten(line, MAX_MESSAGE_CHARACTERS);
}

function redirected(status: number): string {
  return `it redirects to another address (status ${status}), which is not followed: set the address of Vault to one that answers itself`;
}

/** Codes of TLS errors that mean that the certificate is not trusted (the documentation of Node's `tls`). */
const UNTRUSTED =
  /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECRYPT)|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH/;

/** Says why no response came, from the code of the error alone: the error itself may hold the token. */
export function failureOfConnection(error: unknown): VaultErrorDetails {
  const code = errorCode(error) ?? 'unknown error';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
    return { reason: 'Unexpected', messages: ['its response is larger than any that Cloister asks for'] };
  const message = UNTRUSTED.test(code)
    ? `its certificate is not trusted (${code}): set the certificate authority of Vault`
    : `it cannot be connected to (${code})`;
  return { reason: 'Unreachable', messages: [message] };
}

/** Whether a connection that was kept open had been closed by the other side before the request could be answered. */
export function isBrokenConnection(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(errorCode(error) ?? '');
}
