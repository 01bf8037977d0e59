import { styleText } from 'node:util';
import type { Command as Program } from 'commander';

/** Exit codes of every command. `unusable` outweighs `violations`, because what cannot be read is not reviewed. */
export const EXIT = { clean: 0, violations: 1, unusable: 2 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One command: adds itself to the program, and passes its exit code to `finish`. */
export interface Command {
  readonly name: string;
  readonly register: (program: Program, terminal: Terminal, finish: (code: ExitCode) => void) => void;
}

/** Where a command reads and writes. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Whether a person sees the output, so that it may have colours. */
  readonly colour: boolean;
  /** Replaces the progress line; does nothing where no person sees it. */
  readonly progress: (text: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Returns the text in the style, if the terminal shows colours. */
export function paint({ colour }: Terminal, style: Parameters<typeof styleText>[0], text: string): string {
  return colour ? styleText(style, text, { validateStream: false }) : text;
}
