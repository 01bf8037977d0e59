import { ADMISSION_REVIEW_VERSION } from './admission-review.ts';
import type { AdmissionVerdict, DeniedVerdict } from './admission-verdict.ts';

/** The API server cuts a warning at 256 characters once all of them exceed 4,096 (endpoints/filters/warning.go). */
const MAX_WARNING_CHARACTERS = 256;
const MAX_ALL_WARNINGS_CHARACTERS = 4_096;
/** The message is stored in audit logs and shown in terminals. A pod of a thousand containers must not fill them. */
const MAX_MESSAGE_CHARACTERS = 16_384;
const MAX_ANNOTATION_CHARACTERS = 4_096;

/**
 * Encodes a verdict as an AdmissionReview v1. Throws where a verdict neither allows nor denies: this is the only place
 * where a response could become an allow.
 */
export function encodeVerdict(uid: string, verdict: AdmissionVerdict): string {
  const { allowed }: { allowed: unknown } = verdict;
  if (allowed !== true && allowed !== false) throw new TypeError('a verdict must be allowed or denied');
  const { warnings = [], auditAnnotations } = verdict;
  const response = {
    uid,
    allowed,
    status: verdict.allowed ? undefined : statusOf(verdict),
    warnings: warnings.length > 0 ? fitWarnings(warnings) : undefined,
    auditAnnotations: auditAnnotations && fitAnnotations(auditAnnotations),
  };
  return JSON.stringify({ apiVersion: ADMISSION_REVIEW_VERSION, kind: 'AdmissionReview', response });
}

function statusOf({ code, reason, message }: DeniedVerdict): object {
  if (!(code >= 400 && code <= 599))
    throw new RangeError(`the code of a denied verdict is ${code}; it must be 400 to 599`);
  return { code, reason, message: cut(message, MAX_MESSAGE_CHARACTERS) };
}

function fitAnnotations(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(annotations);
  return Object.fromEntries(entries.map(([key, value]) => [key, cut(value, MAX_ANNOTATION_CHARACTERS)]));
}

/** Returns as many warnings as the API server passes on uncut. It drops a warning with control characters (net.NewWarningHeader). */
function fitWarnings(warnings: readonly string[]): string[] {
  const fitting: string[] = [];
  let total = 0;
  for (const warning of warnings) {
    const line = cut(warning.replaceAll(/\p{Cc}+/gu, ' '), MAX_WARNING_CHARACTERS);
    total += line.length;
    if (total > MAX_ALL_WARNINGS_CHARACTERS) break;
    fitting.push(line);
  }
  return fitting;
}

function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  // Half of a surrogate pair is not UTF-8, and the API server would reject the whole response.
  return `${text.slice(0, maxCharacters - 1).toWellFormed()}…`;
}
