/** Why Vault did not do what it was asked for. */
export type VaultErrorReason =
  /** It could not be connected to, its certificate is not trusted, or it did not respond in time. */
  | 'Unreachable'
  /** It is sealed, a standby that forwards nothing, or overloaded: another attempt may succeed. */
  | 'Unavailable'
  /** Its policies, or the login, refuse it. */
  | 'Denied'
  /** What was asked for, or its mount, does not exist. */
  | 'Missing'
  /** It could not have every login revoked by its database; all else works. */
  | 'LoginsLeft'
  /** It understood the request and rejects it. */
  | 'Invalid'
  /** Its response is not one that Vault gives. */
  | 'Unexpected';

/** What is known of a failed call. Nothing of it holds a token or a body of a request. */
export interface VaultErrorDetails {
  readonly reason: VaultErrorReason;
  /** The status of the response; undefined where there was none. */
  readonly status?: number | undefined;
  /** The messages of Vault, cut and on one line each. */
  readonly messages: readonly string[];
}

/** A call of Vault that failed. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  /** The method and the path, such as `GET auth/kubernetes/role/x`. */
  readonly operation: string;
  readonly reason: VaultErrorReason;
  readonly status: number | undefined;
  readonly messages: readonly string[];

  constructor(operation: string, { reason, status, messages }: VaultErrorDetails) {
    super(`${operation} in Vault: ${messages.join('; ') || reason}`);
    this.operation = operation;
    this.reason = reason;
    this.status = status;
    this.messages = messages;
  }
}

/** Whether a caught value is a VaultError with one of the given reasons; with any where none is given. */
export function isVaultError(error: unknown, ...reasons: VaultErrorReason[]): error is VaultError {
  return error instanceof VaultError && (reasons.length === 0 || reasons.includes(error.reason));
}
