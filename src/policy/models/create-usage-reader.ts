import { createParser } from 'eventsource-parser';
import { isRecord } from '../../lib/is-record.ts';
import { CHARACTERS_PER_TOKEN } from './estimate-tokens.ts';
import type { ModelAPI } from './model-rules.ts';
import { readTold, type TokenUsage } from './read-usage.ts';

/** Reads the usage from an event stream as it passes. */
export interface UsageReader {
  /** Takes the next bytes of the stream. Never throws. */
  readonly push: (bytes: Uint8Array) => void;
  /** What has been used up to here: reported once the vendor has said it, and a lower bound before. */
  readonly usage: () => TokenUsage;
}

/** Longest event. The last one of OpenAI's responses has the whole response, its tools included. */
const MAX_EVENT_CHARACTERS = 4 * 1024 * 1024;
/** What is kept of an event that has not ended and takes no room for it: two reads, as one may have many short events. */
const MAX_FREE_BYTES = 128 * 1024;

interface Counted {
  input: number;
  /** What the vendor last said, which may be said before the end. */
  output: number;
  /** Characters of the answer that have passed. */
  characters: number;
  /** Events with a part of the answer: none has less than a token. */
  parts: number;
  isReported: boolean;
}

/**
 * `inputTokens` is what the request is estimated to use where the stream does not tell. `hold` takes room for so many bytes of a
 * long event in all, and says whether there is. Nothing more is read of a stream for which there is none.
 */
export function createUsageReader(
  api: ModelAPI,
  inputTokens = 0,
  hold: (bytes: number) => boolean = () => true,
): UsageReader {
  const counted: Counted = { input: inputTokens, output: 0, characters: 0, parts: 0, isReported: false };
  let isBroken = false;
  /** Bytes that came since the read in which an event last ended. */
  let keptBytes = 0;
  const decoder = new TextDecoder();
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onEvent: ({ data }) => {
      keptBytes = 0;
      countEvent(api, data, counted);
    },
    // An event that is too long is not read, and nothing after it: the parser cannot go on.
    onError: ({ type }) => void (isBroken ||= type === 'max-buffer-size-exceeded'),
  });
  return {
    push: (bytes) => {
      if (isBroken) return;
      keptBytes += bytes.length;
      if (keptBytes > MAX_FREE_BYTES && !hold(keptBytes)) {
        isBroken = true;
        parser.reset();
      } else parser.feed(decoder.decode(bytes, { stream: true }));
    },
    usage: () => ({ tokens: tokensOf(counted), isReported: counted.isReported }),
  };
}

function tokensOf({ input, output, characters, parts, isReported }: Counted): number {
  if (isReported) return input + output;
  return input + Math.max(output, parts, Math.ceil(characters / CHARACTERS_PER_TOKEN));
}

function countEvent(api: ModelAPI, data: string, counted: Counted): void {
  const event = parseEvent(data);
  if (event === null) return;
  countPart(textOfPart(api, event), counted);
  const { usage, isLast } = usageOf(api, event);
  const told = readTold(api, usage);
  counted.input = told.input ?? counted.input;
  counted.output = Math.max(counted.output, told.output ?? 0);
  counted.isReported ||= isLast && told.output !== null;
}

function countPart(characters: number, counted: Counted): void {
  if (characters === 0) return;
  counted.characters += characters;
  counted.parts += 1;
}

function parseEvent(data: string): Readonly<Record<string, unknown>> | null {
  // The mark of the end, which is no JSON.
  if (data === '[DONE]') return null;
  try {
    const event: unknown = JSON.parse(data);
    return isRecord(event) ? event : null;
  } catch {
    return null;
  }
}

type Event = Readonly<Record<string, unknown>>;

/** Where an event tells the usage, and whether it is told for good. */
function usageOf(api: ModelAPI, event: Event): { readonly usage: unknown; readonly isLast: boolean } {
  if (api === 'OpenAIChat') return { usage: event['usage'], isLast: isLastChunk(event['choices']) };
  const type = event['type'];
  if (api === 'OpenAIResponses') {
    const isLast = ENDS.has(type);
    return { usage: isLast ? memberOf(event['response'], 'usage') : null, isLast };
  }
  if (type === 'message_start') return { usage: memberOf(event['message'], 'usage'), isLast: false };
  return { usage: type === 'message_delta' ? event['usage'] : null, isLast: type === 'message_delta' };
}

/** Some vendors tell in every chunk what has been used up to it. */
function isLastChunk(choices: unknown): boolean {
  if (!Array.isArray(choices) || choices.length === 0) return true;
  return choices.some((choice) => typeof memberOf(choice, 'finish_reason') === 'string');
}

const ENDS: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
]);

/** Characters of the answer in an event. */
function textOfPart(api: ModelAPI, event: Event): number {
  if (api === 'OpenAIResponses') {
    const isPart = typeof event['type'] === 'string' && event['type'].endsWith('.delta');
    return isPart ? charactersIn(event['delta']) : 0;
  }
  if (api === 'AnthropicMessages') {
    return event['type'] === 'content_block_delta' ? charactersIn(event['delta']) : 0;
  }
  const choices = event['choices'];
  if (!Array.isArray(choices)) return 0;
  return choices.reduce<number>((sum, choice) => sum + charactersIn(memberOf(choice, 'delta')), 0);
}

/** What names a part and is not of the answer. */
const LABELS: ReadonlySet<string> = new Set(['type', 'role', 'id', 'signature', 'obfuscation']);

function charactersIn(part: unknown): number {
  if (typeof part === 'string') return part.length;
  if (typeof part !== 'object' || part === null) return 0;
  let characters = 0;
  for (const [name, member] of Object.entries(part)) {
    if (!LABELS.has(name)) characters += charactersIn(member);
  }
  return characters;
}

function memberOf(value: unknown, member: string): unknown {
  return isRecord(value) ? value[member] : undefined;
}
