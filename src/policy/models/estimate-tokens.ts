/** English is about four characters a token; other alphabets come near to one. */
export const CHARACTERS_PER_TOKEN = 4;
const OTHER_CHARACTERS_PER_TOKEN = 1.5;
const NOT_ASCII = /[^\0-\x7f]/;

/** Of an image, a recording or a PDF in base64 vendors make far fewer tokens than of a text of its length. */
const DATA_CHARACTERS_PER_TOKEN = 64;
/** What else is in a file the model reads as a text. */
const TEXT_FILE = /^data:(?!image\/|audio\/|application\/pdf;)/;

/**
 * Least tokens of an image, a document or a URL that the vendor fetches, however short it is. Anthropic makes at most about 1,600 of
 * an image for most models (https://docs.anthropic.com/en/docs/build-with-claude/vision), and of a page of a PDF 1,500 and more.
 */
export const MIN_MEDIA_TOKENS = 1_600;

/** How a member is read: as what may hold media, or as media itself. Any other is a text to the model, whatever it looks like. */
type Reading = 'Parts' | 'Media';

/** By the type of an object, null for one that has none, as the shapes of the three APIs have them. JSON of the agent is none of them. */
const READINGS: ReadonlyMap<unknown, Readonly<Record<string, Reading>>> = new Map<
  unknown,
  Readonly<Record<string, Reading>>
>([
  // The body, a message, and what is in a part of a chat.
  [
    null,
    { messages: 'Parts', input: 'Parts', content: 'Parts', url: 'Media', data: 'Media', file_data: 'Media' },
  ],
  ['image_url', { image_url: 'Parts' }],
  ['input_audio', { input_audio: 'Parts' }],
  ['file', { file: 'Parts' }],
  ['message', { content: 'Parts' }],
  ['input_image', { image_url: 'Media' }],
  ['input_file', { file_data: 'Media', file_url: 'Media' }],
  ['function_call_output', { output: 'Parts' }],
  ['custom_tool_call_output', { output: 'Parts' }],
  ['computer_call_output', { output: 'Parts' }],
  ['computer_screenshot', { image_url: 'Media' }],
  ['image_generation_call', { result: 'Media' }],
  ['image', { source: 'Parts' }],
  ['document', { source: 'Parts' }],
  ['tool_result', { content: 'Parts' }],
  ['web_fetch_tool_result', { content: 'Parts' }],
  ['web_fetch_result', { content: 'Parts' }],
  ['content', { content: 'Parts' }],
  ['base64', { data: 'Media' }],
  ['url', { url: 'Media' }],
]);

/** How many tokens a text of a model is about. */
export function estimateTextTokens(text: string): number {
  return Math.ceil(text.length / (NOT_ASCII.test(text) ? OTHER_CHARACTERS_PER_TOKEN : CHARACTERS_PER_TOKEN));
}

/** How many tokens a vendor is about to make of a body that fits its shape: what is reserved, until the response tells what was used. */
export function estimateInputTokens(body: unknown): number {
  return estimate(body, 'Parts');
}

function estimate(value: unknown, reading: Reading | undefined): number {
  if (typeof value === 'string') {
    return reading === 'Media' ? estimateMediaTokens(value) : estimateTextTokens(value);
  }
  if (typeof value !== 'object' || value === null) return 1;
  let tokens = 1;
  if (Array.isArray(value)) {
    for (const item of value) tokens += estimate(item, reading);
    return tokens;
  }
  const object = value as Readonly<Record<string, unknown>>;
  const readings = reading === 'Parts' ? READINGS.get(object['type'] ?? null) : undefined;
  for (const name of Object.keys(object)) {
    tokens += estimateTextTokens(name) + estimate(object[name], readings?.[name]);
  }
  return tokens;
}

function estimateMediaTokens(text: string): number {
  const tokens = TEXT_FILE.test(text)
    ? estimateTextTokens(text)
    : Math.ceil(text.length / DATA_CHARACTERS_PER_TOKEN);
  return Math.max(MIN_MEDIA_TOKENS, tokens);
}
