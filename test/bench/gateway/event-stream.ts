const WORDS = ['orders', 'amount', 'region', 'report', 'growth', 'margin', 'profit', 'demand'] as const;
const NUMBER_DIGITS = 8;

/** Returns an event of a stream as OpenAI's chat completions send it. All have the same length, and no two are the same. */
export function eventAt(index: number): Buffer {
  const number = String(index).padStart(NUMBER_DIGITS, '0');
  const word = WORDS[index % WORDS.length];
  const chunk = {
    id: 'chatcmpl-bench0000000000000000000000',
    object: 'chat.completion.chunk',
    created: 1_767_225_600,
    model: 'bench-model',
    service_tier: 'default',
    system_fingerprint: 'fp_0000000000',
    choices: [{ index: 0, delta: { content: ` ${word}` }, logprobs: null, finish_reason: null }],
    usage: null,
    obfuscation: number,
  };
  return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
}

export const EVENT_BYTES = eventAt(0).length;

/** Tells whether the bytes are those of the stream from the position on. */
export function isEventsAt(position: number, bytes: Buffer): boolean {
  const first = Math.floor(position / EVENT_BYTES);
  const last = Math.ceil((position + bytes.length) / EVENT_BYTES);
  const events = Array.from({ length: last - first }, (_, index) => eventAt(first + index));
  const start = position - first * EVENT_BYTES;
  return Buffer.concat(events)
    .subarray(start, start + bytes.length)
    .equals(bytes);
}
