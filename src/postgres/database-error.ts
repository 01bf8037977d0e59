/** Why PostgreSQL did not do what it was asked for. */
export type DatabaseErrorReason =
  /** It could not be connected to, its certificate is not trusted, it is starting or stopping, or the connection was lost. */
  | 'Unreachable'
  /** It refuses the login. */
  | 'Refused'
  /** It is a replica, or the transaction or the database is read-only. */
  | 'ReadOnly'
  /** It has no connection left. */
  | 'TooManyConnections'
  /** A lock was not had within `lock_timeout`. */
  | 'LockTimeout'
  /** The login lacks the privilege, or row security refuses the row. */
  | 'Denied'
  /** The database, or what the statement names, does not exist. */
  | 'Missing'
  /** It contradicts what is there or another transaction: a constraint, a name that is taken, a deadlock. */
  | 'Conflict'
  /** The statement or its values are not valid. */
  | 'Invalid'
  /** It was cancelled, or took longer than `statement_timeout`. */
  | 'Cancelled'
  /** The answer has more bytes than the session takes. */
  | 'TooLarge'
  /** It failed for another reason, or did not respond as PostgreSQL does. */
  | 'Unexpected';

/** What is known of a failure. Nothing of it holds a password. */
export interface DatabaseErrorDetails {
  readonly reason: DatabaseErrorReason;
  /** What is wrong and what to do, on one line and without text of the server. */
  readonly problem: string;
  /** The code of PostgreSQL; undefined where it sent none. */
  readonly sqlState?: string | undefined;
  /** The message of the server on one line, which may hold names and values. */
  readonly serverMessage?: string | undefined;
}

/** A failure of a database. Its message may be shown to anybody who may know where the database is. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly reason: DatabaseErrorReason;
  readonly sqlState: string | undefined;
  // Private: what logs an error would write each of its own properties.
  readonly #serverMessage: string | undefined;

  /** `where` names the database and its server. */
  constructor(where: string, { reason, problem, sqlState, serverMessage }: DatabaseErrorDetails) {
    super(`${where}: ${problem}${sqlState === undefined ? '' : ` (SQLSTATE ${sqlState})`}`);
    this.reason = reason;
    this.sqlState = sqlState;
    this.#serverMessage = serverMessage;
  }

  /** What the server says, on one line and cut. It may hold names and values: it is for the platform team, and never for an agent. */
  get serverMessage(): string | undefined {
    return this.#serverMessage;
  }
}

/** Whether a caught value is a DatabaseError with one of the given reasons; with any where none is given. */
export function isDatabaseError(error: unknown, ...reasons: DatabaseErrorReason[]): error is DatabaseError {
  return error instanceof DatabaseError && (reasons.length === 0 || reasons.includes(error.reason));
}
