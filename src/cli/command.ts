import type { Command as Commander } from 'commander';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/** One command: adds itself to the program, and reports its exit code through `finish`. */
export interface Command {
  readonly name: string;
  readonly register: (program: Commander, terminal: Terminal, finish: (code: ExitCode) => void) => void;
}
