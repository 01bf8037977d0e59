import { type Examination, failed, passed, readOr } from './finding.ts';

const SUBJECT = 'clock of the API server';

/** Beyond this, certificates, exemptions and lifetimes begin and end at another time than people expect. */
const MAX_SKEW_MILLISECONDS = 5_000;

/** The header `Date` has whole seconds. */
const RESOLUTION_MILLISECONDS = 1_000;

/** Whether the clock here and that of the API server agree. */
export const examineClock: Examination = (_client, { now, readServerTime }) =>
  readOr(SUBJECT, async () => {
    const before = now();
    const server = await readServerTime();
    const after = now();
    const skew = distance(server, { before, after }) / 1_000;
    if (Math.abs(skew) * 1_000 <= MAX_SKEW_MILLISECONDS) {
      return [passed(SUBJECT, 'agrees with that of this machine')];
    }
    const direction = skew > 0 ? 'ahead of' : 'behind';
    const found = `is at least ${Math.round(Math.abs(skew))} s ${direction} that of this machine`;
    return [
      failed(SUBJECT, `${found}. Have both kept by NTP: certificates, exemptions and lifetimes depend on it`),
    ];
  });

/** How far the clock of the API server is from any moment between request and answer; 0 where it may be one of them. */
function distance(
  server: number,
  { before, after }: { readonly before: number; readonly after: number },
): number {
  if (server > after) return server - after;
  return Math.min(0, server + RESOLUTION_MILLISECONDS - before);
}
