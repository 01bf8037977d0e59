import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A text that must not appear in a log, an error or a response. Its string, JSON and inspected forms are `[redacted]`;
 * `reveal` returns the text itself, for the one place that needs it.
 */
export class Secret {
  // A private field is invisible to spreads, `JSON.stringify`, `structuredClone` and `util.inspect`.
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
