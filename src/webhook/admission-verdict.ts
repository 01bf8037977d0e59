/** The outcome of a review, before it is encoded as an AdmissionReview. */
export type AdmissionVerdict = AllowedVerdict | DeniedVerdict;

export interface AllowedVerdict extends VerdictNotes {
  readonly allowed: true;
}

export interface DeniedVerdict extends VerdictNotes {
  readonly allowed: false;
  /** HTTP status that the API server returns to its client, 400 to 599. */
  readonly code: number;
  /** Reason of the Status object, for example `Forbidden`. */
  readonly reason: string;
  /** Shown to the person: the object, the field, what was found and what to do. */
  readonly message: string;
  /** Names of the checks that denied, for metrics and logs. */
  readonly checks: readonly string[];
}

interface VerdictNotes {
  /** Shown by kubectl as `Warning:` lines. */
  readonly warnings?: readonly string[];
  /** Written to the API server's audit log as `<webhook name>/<key>`. */
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** Allowed, without warnings and annotations. */
export const ALLOWED: AllowedVerdict = Object.freeze({ allowed: true });
