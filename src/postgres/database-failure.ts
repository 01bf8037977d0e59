import { errorCode } from '../lib/error-code.ts';
import { shorten } from '../lib/shorten.ts';
import { singleLine } from '../lib/single-line.ts';
import type { DatabaseErrorDetails, DatabaseErrorReason } from './database-error.ts';

const MAX_MESSAGE_CHARACTERS = 300;

/** By the code, or by its class, the first two characters (the documentation of PostgreSQL, appendix A). */
const REASONS: Readonly<Record<string, DatabaseErrorReason>> = {
  '08': 'Unreachable',
  '0A': 'Invalid',
  '21': 'Invalid',
  '22': 'Invalid',
  '23': 'Conflict',
  '25': 'Invalid',
  '25006': 'ReadOnly',
  '26': 'Missing',
  '28': 'Refused',
  '2B': 'Conflict',
  '34': 'Missing',
  '3B': 'Invalid',
  '3D': 'Missing',
  '3F': 'Missing',
  '40': 'Conflict',
  '42': 'Invalid',
  '42501': 'Denied',
  '42602': 'Invalid',
  '42701': 'Conflict',
  '42703': 'Missing',
  '42704': 'Missing',
  '42710': 'Conflict',
  '42712': 'Conflict',
  '42723': 'Conflict',
  '42883': 'Missing',
  '42P01': 'Missing',
  '42P02': 'Invalid',
  '42P03': 'Conflict',
  '42P04': 'Conflict',
  '42P05': 'Conflict',
  '42P06': 'Conflict',
  '42P07': 'Conflict',
  '44': 'Denied',
  '53300': 'TooManyConnections',
  '54': 'Invalid',
  '55': 'Conflict',
  '55P03': 'LockTimeout',
  '57014': 'Cancelled',
  '57P01': 'Unreachable',
  '57P02': 'Unreachable',
  '57P03': 'Unreachable',
  '57P04': 'Missing',
  '57P05': 'Unreachable',
};

const PROBLEMS: Readonly<Record<DatabaseErrorReason, string>> = {
  Unreachable: 'the server is starting or stopping, or has ended the session; try again',
  Refused: 'the server refuses the login: check its user, its password and pg_hba.conf',
  ReadOnly: 'the server, the database or the transaction is read-only: to write, connect to the primary',
  TooManyConnections:
    'the server has no connection left for the login: raise max_connections or the limit of the role or the database',
  LockTimeout: 'a lock was not had within lock_timeout: another session holds it',
  Denied: 'the login is denied what the statement does',
  Missing: 'the database, or what the statement names, does not exist',
  Conflict: 'the statement conflicts with what the database holds, or with another transaction',
  Invalid: 'the statement or its values are not valid',
  Cancelled: 'the statement was cancelled, or took longer than statement_timeout',
  TooLarge: 'the answer has more bytes than the session takes',
  Unexpected: 'the server could not run the statement',
};

/** An error that PostgreSQL has sent. */
export interface ServerFailure {
  /** The SQLSTATE. */
  readonly code?: string | undefined;
  readonly message: string;
}

/** Says what an error of the server means. `hidden` is cut out of its message; what it has beside is left aside, since it holds values of rows. */
export function failureOfServer(
  { code = 'XX000', message }: ServerFailure,
  hidden: readonly string[] = [],
): DatabaseErrorDetails {
  const reason = REASONS[code] ?? REASONS[code.slice(0, 2)] ?? 'Unexpected';
  const shown = hidden
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), message);
  const serverMessage = shorten(singleLine(shown.replaceAll(/\s+/g, ' ').trim()), MAX_MESSAGE_CHARACTERS);
  return { reason, problem: PROBLEMS[reason], sqlState: code, serverMessage };
}

/** Codes of TLS errors that mean that the certificate is not trusted (the documentation of Node's `tls`). */
const UNTRUSTED =
  /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECRYPT)|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH/;

/** Says why there is no connection, from the code of the error alone: its message may be anything. */
export function failureOfConnection(error: unknown): DatabaseErrorDetails {
  const code = errorCode(error);
  if (code === undefined) return { reason: 'Unreachable', problem: 'the connection was lost' };
  const problem = UNTRUSTED.test(code)
    ? `the certificate of the server is not trusted (${code}): set the certificate authority that signed it, and a host that it is for`
    : `the server cannot be connected to (${code}): check its host, its port and that it listens`;
  return { reason: 'Unreachable', problem };
}
