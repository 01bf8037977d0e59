import { styleText } from 'node:util';
import type { Printer } from './printer.ts';

const STEP_WIDTH = 66;
const BY_WIDTH = 34;

/** Prints results as a table, a row at a time, in colour on a terminal alone. */
export function createTable(write: (text: string) => void, colour: boolean): Printer {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  return {
    heading: (text) => write(`\n${paint('bold', text)}\n`),
    row: ({ step, got, by, ok, ms, expected, message }) => {
      const mark = ok ? paint('green', 'ok  ') : paint('red', 'FAIL');
      const outcome = by === null ? inSentence(got) : `${inSentence(got)} by ${by}`;
      write(
        `${mark} ${step.padEnd(STEP_WIDTH)} ${outcome.padEnd(BY_WIDTH)} ${ms.toFixed(1).padStart(7)} ms\n`,
      );
      const [, ...reasons] = message.split('\n').filter((line) => line.startsWith('  - ') || !ok);
      const lines = ok
        ? message.split('\n').filter((line) => line.startsWith('  - '))
        : [`expected: ${expected}`, message, ...reasons];
      for (const line of lines) write(`     ${paint('dim', line.trim())}\n`);
    },
  };
}

/** In lower case, but for the name of a reason. */
function inSentence(got: string): string {
  return /^[A-Z][a-z ]*$/.test(got) ? got.toLowerCase() : got;
}
