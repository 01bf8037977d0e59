import { type CertificateFacts, readBundleFacts } from '../../certificates/certificate-facts.ts';
import { formatTime } from '../../lib/time.ts';
import { failed, type Finding, passed } from './finding.ts';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;

/** An authority is replaced when a third of its year is left, so that one this near its end was not. */
const NEAR_END_MILLISECONDS = 30 * DAY_MILLISECONDS;

const MEND = 'The webhook replaces it by itself: read its log, and restart its Deployment';

/** Judges what the API server trusts the webhook by: `caBundle` is PEM in base64, `now` in milliseconds since 1970. */
export function judgeAuthorities(subject: string, caBundle: string, now: number): Finding {
  const certificates = readCertificates(caBundle);
  if (certificates === null || certificates.length === 0) {
    return failed(subject, `clientConfig.caBundle holds no certificate that can be read. ${MEND}`);
  }
  const valid = certificates.filter(({ notBefore, notAfter }) => notBefore <= now && now < notAfter);
  const end = Math.max(...(valid.length === 0 ? certificates : valid).map(({ notAfter }) => notAfter));
  if (valid.length === 0) {
    const cause = end <= now ? `ended at ${formatTime(end)}` : 'is not valid yet: a clock is wrong';
    return failed(subject, `${cause}, so the API server does not trust the webhook. ${MEND}`);
  }
  const days = Math.floor((end - now) / DAY_MILLISECONDS);
  if (end - now < NEAR_END_MILLISECONDS) {
    return failed(subject, `ends at ${formatTime(end)}, in ${days} days, and was not replaced. ${MEND}`);
  }
  return passed(subject, `is valid until ${formatTime(end)}, ${days} days from now`);
}

function readCertificates(caBundle: string): readonly CertificateFacts[] | null {
  try {
    return readBundleFacts(Buffer.from(caBundle, 'base64').toString('utf8'));
  } catch {
    return null;
  }
}
