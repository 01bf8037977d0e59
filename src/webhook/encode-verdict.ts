import { shorten } from '../lib/shorten.ts';
import { ADMISSION_REVIEW_VERSION } from './admission-review.ts';
import type { AdmissionVerdict, DeniedVerdict } from './admission-verdict.ts';
import { limitWarnings } from './limit-warnings.ts';

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
  const { warnings = [], unlistedWarnings, auditAnnotations } = verdict;
  const response = {
    uid,
    allowed,
    status: verdict.allowed ? undefined : statusOf(verdict),
    warnings: warnings.length > 0 ? limitWarnings(warnings, unlistedWarnings) : undefined,
    auditAnnotations: auditAnnotations && fitAnnotations(auditAnnotations),
  };
  return JSON.stringify({ apiVersion: ADMISSION_REVIEW_VERSION, kind: 'AdmissionReview', response });
}

function statusOf({ code, reason, message }: DeniedVerdict): object {
  if (!(code >= 400 && code <= 599))
    throw new RangeError(`the code of a denied verdict is ${code}; it must be 400 to 599`);
  return { code, reason, message: shorten(message, MAX_MESSAGE_CHARACTERS) };
}

function fitAnnotations(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(annotations);
  return Object.fromEntries(entries.map(([key, value]) => [key, shorten(value, MAX_ANNOTATION_CHARACTERS)]));
}
