/** What a review decided, before it is put in the words of the protocol. */
export type AdmissionVerdict = AllowedVerdict | DeniedVerdict;

export interface AllowedVerdict extends VerdictNotes {
  readonly allowed: true;
}

export interface DeniedVerdict extends VerdictNotes {
  readonly allowed: false;
  /** HTTP status that the API server answers its client with, 400 to 599. */
  readonly code: number;
  /** Reason of the Status object, for example `Forbidden`. */
  readonly reason: string;
  /** What the person reads: object, field, found, required, what to do. */
  readonly message: string;
  /** Names of the checks that refused, for metrics and logs. */
  readonly checks: readonly string[];
}

interface VerdictNotes {
  /** Shown by kubectl as `Warning:` lines. */
  readonly warnings?: readonly string[];
  /** Written to the API server's audit log as `<webhook name>/<key>`. */
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** Allowed, with nothing to add: shared, so that the common case allocates nothing. */
export const ALLOWED: AllowedVerdict = Object.freeze({ allowed: true });
