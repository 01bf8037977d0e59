/** Finds the line of an offset in a text, counting each part of the text once when asked in rising order. */
export class LineCounter {
  readonly #text: string;
  readonly #firstLine: number;
  #offset = 0;
  #line: number;

  constructor(text: string, firstLine: number) {
    this.#text = text;
    this.#firstLine = firstLine;
    this.#line = firstLine;
  }

  /** The line, from `firstLine` on, that holds the character at `offset`. */
  lineAt(offset: number): number {
    if (offset < this.#offset) {
      this.#offset = 0;
      this.#line = this.#firstLine;
    }
    let at = this.#text.indexOf('\n', this.#offset);
    while (at !== -1 && at < offset) {
      this.#line += 1;
      this.#offset = at + 1;
      at = this.#text.indexOf('\n', this.#offset);
    }
    return this.#line;
  }

  /** The column in its line, from 1, of the character at `offset`, in UTF-16 code units. */
  columnAt(offset: number): number {
    this.lineAt(offset);
    return offset - this.#offset + 1;
  }
}
