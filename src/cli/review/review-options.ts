/** What the user asked of a review. */
export interface ReviewOptions {
  /** The role to hold every pod to, whatever it names. */
  readonly role: string | null;
  /** The tenant that every pod belongs to, whatever its namespace. */
  readonly tenant: string | null;
  /** Checks to ask; all where it is empty. */
  readonly checks: readonly string[];
  /** Digests of start gate images; where there are none, the start gate is not judged. */
  readonly startGateDigests: readonly string[];
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
}
