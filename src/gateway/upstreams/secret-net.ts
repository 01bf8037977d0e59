/** Looks for secrets in what goes to the agent. It is a net: a server that wants to can hide a secret from it. */
export interface SecretNet {
  /**
   * Takes the next bytes, and returns those that may go on: without the last ones, where these may be the beginning of a
   * secret. Null where a secret is found.
   */
  readonly push: (chunk: Buffer) => Buffer | null;
  /** The bytes that were kept back, which are the beginning of nothing. */
  readonly end: () => Buffer;
  /**
   * The bytes that were kept back, where more may come and they cannot wait for it: what comes is searched together with them. Null
   * where they are half of a secret, so that no more than that is ever told.
   */
  readonly release: () => Buffer | null;
}

/** A beginning of fewer characters is in everything. */
const MIN_BEGINNING_CHARACTERS = 8;

const NOTHING = Buffer.alloc(0);

/** A net for the forms of all secrets of one response. */
export function createSecretNet(forms: readonly string[]): SecretNet {
  const patterns = forms.map((form) => Buffer.from(form, 'latin1'));
  const longest = Math.max(0, ...patterns.map(({ length }) => length));
  const firsts = new Set(patterns.map(([first]) => first));
  let kept = NOTHING;
  /** How many of the bytes that are kept have gone on. */
  let released = 0;
  return {
    push: (chunk) => {
      const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
      if (patterns.some((pattern) => bytes.includes(pattern))) return null;
      const start = beginningOf(bytes, { patterns, firsts, longest });
      kept = start === bytes.length ? NOTHING : Buffer.from(bytes.subarray(start));
      const from = Math.min(released, start);
      released -= from;
      return from === 0 && start === bytes.length ? bytes : bytes.subarray(from, start);
    },
    end: () => kept.subarray(released),
    release: () => {
      if (patterns.some((pattern) => endsWithHalf(kept, pattern))) return null;
      const bytes = kept.subarray(released);
      released = kept.length;
      return bytes;
    },
  };
}

/** Whether the bytes end with the first half of the pattern, or more of it. */
function endsWithHalf(bytes: Buffer, pattern: Buffer): boolean {
  const half = Math.max(MIN_BEGINNING_CHARACTERS, Math.ceil(pattern.length / 2));
  for (let start = 0; start + half <= bytes.length; start += 1) {
    if (endsWithin(bytes, start, pattern)) return true;
  }
  return false;
}

interface Patterns {
  readonly patterns: readonly Buffer[];
  readonly firsts: ReadonlySet<number | undefined>;
  readonly longest: number;
}

/** Where the longest end of the bytes begins that a pattern begins with; their length where there is none. */
function beginningOf(bytes: Buffer, { patterns, firsts, longest }: Patterns): number {
  for (let start = Math.max(0, bytes.length - longest + 1); start < bytes.length; start += 1) {
    if (firsts.has(bytes[start]) && patterns.some((pattern) => endsWithin(bytes, start, pattern)))
      return start;
  }
  return bytes.length;
}

/** Whether everything from there on is the beginning of the pattern. */
function endsWithin(bytes: Buffer, start: number, pattern: Buffer): boolean {
  const length = bytes.length - start;
  if (length >= pattern.length) return false;
  for (let index = 0; index < length; index += 1) {
    if (bytes[start + index] !== pattern[index]) return false;
  }
  return true;
}

/** Whether texts such as headers have a secret in them, one after the other or in small letters. */
export function hasSecret(texts: readonly string[], forms: readonly string[]): boolean {
  const text = texts.join('\n');
  const small = text.toLowerCase();
  return forms.some((form) => text.includes(form) || small.includes(form.toLowerCase()));
}
