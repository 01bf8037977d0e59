import { styleText } from 'node:util';

/** Where a command writes, and how. Standard output and error are arguments, so that commands can be tested as they are. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Colour only where a person looks. */
  readonly colour: boolean;
  /** A line that is written over; nothing where nobody watches. */
  readonly progress: (text: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export type Style = Parameters<typeof styleText>[0];

/** Paints text where the terminal shows colours. */
export function paint({ colour }: Terminal, style: Style, text: string): string {
  return colour ? styleText(style, text, { validateStream: false }) : text;
}
