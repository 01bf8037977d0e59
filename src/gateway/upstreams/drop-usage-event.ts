import { isRecord } from '../../lib/is-record.ts';

/** Takes an event out of a stream of the chat API of OpenAI that the agent did not ask for. */
export interface UsageEventFilter {
  /** Takes the next bytes, and returns those that may go on: whole events. */
  readonly push: (bytes: Buffer) => Buffer;
  /** What was kept back. */
  readonly end: () => Buffer;
}

/** A longer event is not looked at: the one with the usage is short. */
const MAX_EVENT_BYTES = 64 * 1_024;
const ENDS = [Buffer.from('\n\n'), Buffer.from('\r\n\r\n')];
const NOTHING = Buffer.alloc(0);

/**
 * The event with the usage has no choices, which programs that did not ask for it do not expect. It tells the gateway what a
 * stream has used, so that the gateway asks for it, and keeps it.
 */
export function createUsageEventFilter(): UsageEventFilter {
  let kept = NOTHING;
  return {
    push: (bytes) => {
      let rest = kept.length === 0 ? bytes : Buffer.concat([kept, bytes]);
      const passed: Buffer[] = [];
      for (let end = endOfEvent(rest); end !== -1; end = endOfEvent(rest)) {
        const event = rest.subarray(0, end);
        if (!isUsageEvent(event)) passed.push(event);
        rest = rest.subarray(end);
      }
      if (rest.length > MAX_EVENT_BYTES) {
        passed.push(rest);
        rest = NOTHING;
      }
      kept = Buffer.from(rest);
      return passed.length === 1 ? (passed[0] ?? NOTHING) : Buffer.concat(passed);
    },
    end: () => kept,
  };
}

function endOfEvent(bytes: Buffer): number {
  const ends = ENDS.flatMap((mark) => {
    const at = bytes.indexOf(mark);
    return at === -1 ? [] : [at + mark.length];
  });
  return ends.length === 0 ? -1 : Math.min(...ends);
}

const NO_CHOICES = /"choices"\s*:\s*\[\s*\]/;

function isUsageEvent(event: Buffer): boolean {
  const text = event.toString();
  if (!NO_CHOICES.test(text)) return false;
  const data = text.split(/\r?\n/).flatMap((line) => (line.startsWith('data:') ? line.slice(5) : []));
  try {
    const value: unknown = JSON.parse(data.join('\n'));
    if (!isRecord(value) || !isRecord(value['usage'])) return false;
    return Array.isArray(value['choices']) && value['choices'].length === 0;
  } catch {
    return false;
  }
}
