/** English is about four characters a token; other alphabets come near to one. */
export const CHARACTERS_PER_TOKEN = 4;
const OTHER_CHARACTERS_PER_TOKEN = 1.5;
const NOT_ASCII = /[^\0-\x7f]/;

/** A text in base64 is read as an image or a document, of which vendors make far fewer tokens. */
const MIN_DATA_CHARACTERS = 1024;
const DATA = /^(?:data:[^,]{1,128},)?[A-Za-z0-9+/_-]+={0,2}$/;
const DATA_CHARACTERS_PER_TOKEN = 64;

/** How many tokens a text of a model is about. */
export function estimateTextTokens(text: string): number {
  return Math.ceil(text.length / (NOT_ASCII.test(text) ? OTHER_CHARACTERS_PER_TOKEN : CHARACTERS_PER_TOKEN));
}

/** How many tokens a vendor is about to make of a request: what is reserved, until the response tells what was used. */
export function estimateInputTokens(body: unknown): number {
  if (typeof body === 'string') {
    return body.length >= MIN_DATA_CHARACTERS && DATA.test(body)
      ? Math.ceil(body.length / DATA_CHARACTERS_PER_TOKEN)
      : estimateTextTokens(body);
  }
  if (typeof body !== 'object' || body === null) return 1;
  let tokens = 1;
  for (const [name, member] of Object.entries(body)) {
    tokens += (Array.isArray(body) ? 0 : estimateTextTokens(name)) + estimateInputTokens(member);
  }
  return tokens;
}
