import type { Reason } from '../../policy/reasons.ts';
import type { Refusal } from './refusal.ts';

/** The answer to a call that is refused, as JSON (RFC 9457 without a type). */
export interface RefusalBody {
  readonly status: number;
  readonly decision: 'Deny' | 'Ask';
  readonly reason: Reason;
  readonly message: string;
  readonly rule: string | null;
  readonly level: Refusal['level'];
  /** Only where PostgreSQL refused a statement. */
  readonly sqlState?: string;
}

/** The reasons that are not answered with 403. */
const STATUS: Readonly<Partial<Record<Reason, number>>> = {
  RequestMalformed: 400,
  RequestTooLarge: 413,
  ProofMalformed: 400,
  AddressRateReached: 429,
  RateReached: 429,
  TenantRateReached: 429,
  BudgetUsedUp: 429,
  TooManyCalls: 429,
  ResponseBytesReached: 429,
  RequestBytesReached: 429,
  Overloaded: 503,
  ProofNotReviewed: 503,
  NotReady: 503,
  CredentialNotReady: 503,
  CredentialStoreUnavailable: 503,
  CredentialDenied: 503,
  CredentialMissing: 503,
  CredentialUnusable: 503,
  AuditUnavailable: 503,
  DatabaseNotIsolated: 503,
  DatabaseUnreachable: 503,
  NoDynamicLogins: 503,
  Draining: 503,
  Fault: 500,
  ServiceNotKnown: 503,
  NameNotResolved: 502,
  DestinationUnreachable: 502,
  TLSNotEstablished: 502,
  WebSocketNotEstablished: 502,
  ResponseBroken: 502,
  ResponseTooLarge: 502,
  ResponseEncoded: 502,
  SecretInResponse: 502,
  ResponseTimedOut: 504,
  StatementTimedOut: 504,
  StatementFailed: 422,
  TooManyRows: 422,
  CommitUnknown: 500,
};

/** The HTTP status of a refusal. `unproved` is the one for who has not proved anything: a proxy asks with 407, a server with 401. */
export function statusOf({ reason }: Refusal, unproved: 401 | 407): number {
  return reason === 'NoProof' ? unproved : (STATUS[reason] ?? 403);
}

export function bodyOf(refusal: Refusal, status: number): RefusalBody {
  const { effect, reason, message, rule, level, sqlState } = refusal;
  const body = { status, decision: effect, reason, message, rule, level };
  return sqlState === undefined ? body : { ...body, sqlState };
}
