import { describeViolation } from '../../policy/describe-decision.ts';
import { singleLine } from '../../lib/single-line.ts';
import { paint, type Terminal } from '../terminal.ts';
import { placeText } from './place-text.ts';
import type { Entry, ReviewEntry, UnreadableEntry } from './review-entry.ts';

export type OutputFormat = 'text' | 'json';

export interface Counts {
  readonly admitted: number;
  readonly refused: number;
  readonly unreadable: number;
}

/** Takes entries as they come and prints them, in the end with their counts. */
export interface Report {
  readonly add: (entry: Entry) => void;
  readonly end: () => Counts;
}

export function createReport(format: OutputFormat, terminal: Terminal): Report {
  const counts = { admitted: 0, refused: 0, unreadable: 0 };
  const printer = format === 'json' ? jsonPrinter(terminal) : textPrinter(terminal);
  return {
    add: (entry) => {
      counts[outcome(entry)] += 1;
      printer.add(entry);
    },
    end: () => {
      printer.end(counts);
      return counts;
    },
  };
}

interface Printer {
  readonly add: (entry: Entry) => void;
  readonly end: (counts: Counts) => void;
}

/** One array, an element a line, written as it grows: 5,000 manifests are never held. */
function jsonPrinter(terminal: Terminal): Printer {
  let separator = '[\n';
  return {
    add: (entry) => {
      terminal.out(`${separator}${JSON.stringify(entry)}`);
      separator = ',\n';
    },
    end: () => terminal.out(separator === '[\n' ? '[]\n' : '\n]\n'),
  };
}

function textPrinter(terminal: Terminal): Printer {
  return {
    add: (entry) => ('error' in entry ? tellFault(entry, terminal) : tellReview(entry, terminal)),
    end: ({ admitted, refused, unreadable }) => {
      const total = admitted + refused;
      terminal.out(
        `${total} reviewed: ${admitted} admitted, ${refused} refused; ${unreadable} could not be read\n`,
      );
    },
  };
}

function tellReview(entry: ReviewEntry, terminal: Terminal): void {
  if (entry.allowed) return;
  const name = [entry.namespace, entry.name].filter((part) => part !== null).join('/');
  const subject = singleLine(`${placeText(entry)}: ${entry.kind}${name === '' ? '' : ` ${name}`}`);
  const lines = entry.violations.map((violation) => `  - ${describeViolation(violation)}\n`);
  const title = `${paint(terminal, 'bold', subject)} ${paint(terminal, 'red', 'is refused')}`;
  terminal.out(`${title}\n${lines.join('')}`);
}

function tellFault(entry: UnreadableEntry, terminal: Terminal): void {
  const fault = paint(terminal, 'yellow', 'cannot be reviewed');
  terminal.error(`${singleLine(placeText(entry))}: ${fault}: ${singleLine(entry.error)}\n`);
}

function outcome(entry: Entry): keyof Counts {
  if ('error' in entry) return 'unreadable';
  return entry.allowed ? 'admitted' : 'refused';
}
