import type { ToldResult } from './step.ts';
import { createTable } from './table.ts';

/** Prints headings and results to the standard output. */
export interface Printer {
  readonly heading: (text: string) => void;
  readonly row: (result: ToldResult) => void;
}

/** Prints one JSON object a result, or a table. */
export function createPrinter(asJson: boolean): Printer {
  const write = (text: string): void => void process.stdout.write(text);
  if (!asJson) return createTable(write, process.stdout.isTTY);
  return {
    heading: () => {},
    row: ({ message: _message, ...result }) => write(`${JSON.stringify(result)}\n`),
  };
}
