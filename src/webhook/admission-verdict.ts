import type { Decision } from '../policy/decision.ts';
import { describeDenial } from '../policy/describe-decision.ts';
import type { Reason } from '../policy/reasons.ts';

/** What a review decided, before it is put in the words of the protocol. */
export type AdmissionVerdict = AllowedVerdict | DeniedVerdict;

export interface AllowedVerdict extends VerdictNotes {
  readonly allowed: true;
}

export interface DeniedVerdict extends VerdictNotes {
  readonly allowed: false;
  /** HTTP status with which the API server answers its client, 400 to 599. */
  readonly code: number;
  /** Reason of the Status object, for example `Forbidden`. */
  readonly reason: string;
  /** For a person: the object and every violation. */
  readonly message: string;
  /** Names of the checks that denied, for metrics and logs. */
  readonly checks: readonly string[];
}

interface VerdictNotes {
  /** Shown by kubectl as `Warning:` lines. They are limited when the verdict is encoded. */
  readonly warnings?: readonly string[];
  /** How many there are that `warnings` does not list. */
  readonly unlistedWarnings?: number;
  /** Written to the API server's audit log as `<webhook name>/<key>`. */
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** Allowed, with nothing to add. */
export const ALLOWED: AllowedVerdict = Object.freeze({ allowed: true });

const FORBIDDEN = { code: 403, reason: 'Forbidden' } as const;
/** Any other reason is `FORBIDDEN`. */
const STATUS: Readonly<Partial<Record<Reason, { readonly code: number; readonly reason: string }>>> = {
  ObjectInvalid: { code: 422, reason: 'Invalid' },
  ObjectMissing: { code: 400, reason: 'BadRequest' },
};

/** The one place where a decision becomes a verdict. Anything but `Allow` refuses. `subject` names the object. */
export function toVerdict(subject: string, decision: Decision): AdmissionVerdict {
  if (decision.effect === 'Allow') {
    const { exemptions } = decision;
    if (exemptions.length === 0) return ALLOWED;
    return { allowed: true, auditAnnotations: { exemption: exemptions.join('; ') } };
  }
  const violations = decision.effect === 'Deny' ? decision.violations : [];
  return {
    allowed: false,
    ...(STATUS[decision.reason] ?? FORBIDDEN),
    message: describeDenial(subject, decision),
    checks: [...new Set(violations.map(({ check }) => check))],
  };
}
