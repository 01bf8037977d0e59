import type { ManifestDocument, UnreadableDocument } from '../lib/yaml/manifest-document.ts';
import { singleLine } from '../lib/single-line.ts';
import { describeViolation } from '../policy/describe-decision.ts';
import { paint, type Terminal } from './command.ts';
import { describeIdentity, describePlace, identify } from './manifest/describe-manifest.ts';
import type { Outcome, ReadObject, ReviewEntry } from './manifest/review-manifest.ts';
import { sarifPrinter } from './sarif/sarif-printer.ts';

export type OutputFormat = 'text' | 'json' | 'sarif';

export interface Counts {
  readonly admitted: number;
  readonly refused: number;
  readonly unreadable: number;
  /** The objects that hold no pod. */
  readonly podless: number;
  /** The objects of Cloister kinds with nothing wrong in them. */
  readonly read: ReadonlyMap<ReadObject['read'], number>;
}

/** Prints outcomes in the order in which they are added. */
export interface Report {
  /** `document` is what the outcome is about; not set where nothing was read. */
  readonly add: (outcome: Outcome, document?: ManifestDocument | UnreadableDocument) => void;
  /** Prints what is left and returns how many outcomes of each sort were added. */
  readonly end: () => Counts;
}

export function createReport(format: OutputFormat, terminal: Terminal): Report {
  const counts = { admitted: 0, refused: 0, unreadable: 0, podless: 0 };
  const read = new Map<ReadObject['read'], number>();
  const printer = PRINTERS[format](terminal);
  return {
    add: (outcome, document) => {
      if ('read' in outcome) {
        read.set(outcome.read, (read.get(outcome.read) ?? 0) + 1);
        printWarnings(outcome, document, terminal);
        return;
      }
      if ('isPodless' in outcome) {
        counts.podless += 1;
        return;
      }
      if ('error' in outcome) counts.unreadable += 1;
      else counts[outcome.allowed ? 'admitted' : 'refused'] += 1;
      printer.print(outcome, document);
    },
    end: () => {
      printer.end({ ...counts, read });
      return { ...counts, read };
    },
  };
}

/** What has something to print: one element of the JSON array. */
export type Entry = ReviewEntry | UnreadableDocument;

/** One output format of a review. */
export interface Printer {
  readonly print: (entry: Entry, document?: ManifestDocument | UnreadableDocument) => void;
  readonly end: (counts: Counts) => void;
}

const PRINTERS: Readonly<Record<OutputFormat, (terminal: Terminal) => Printer>> = {
  text: textPrinter,
  json: jsonPrinter,
  sarif: sarifPrinter,
};

/** Prints one array with an element on each line. */
function jsonPrinter(terminal: Terminal): Printer {
  let separator = '[\n';
  return {
    print: (entry) => {
      terminal.out(`${separator}${JSON.stringify(entry)}`);
      separator = ',\n';
    },
    end: () => terminal.out(separator === '[\n' ? '[]\n' : '\n]\n'),
  };
}

function textPrinter(terminal: Terminal): Printer {
  return {
    print: (entry) => {
      if ('error' in entry) printUnreadable(entry, 'cannot be reviewed', terminal);
      else if (!entry.allowed) printRefusal(entry, terminal);
    },
    end: (counts) => terminal.out(`${describeCounts(counts)}\n`),
  };
}

function printRefusal(entry: ReviewEntry, terminal: Terminal): void {
  const subject = singleLine(`${describePlace(entry)}: ${describeIdentity(entry)}`);
  const lines = entry.violations.map((violation) => `  - ${describeViolation(violation)}\n`);
  const title = `${paint(terminal, 'bold', subject)} ${paint(terminal, 'red', 'is refused')}`;
  terminal.out(`${title}\n${lines.join('')}`);
}

/** Prints on standard error why a document cannot be used: `pod.yaml:3: cannot be reviewed: …`. */
export function printUnreadable(document: UnreadableDocument, problem: string, terminal: Terminal): void {
  const title = paint(terminal, 'yellow', problem);
  terminal.error(`${singleLine(describePlace(document))}: ${title}: ${singleLine(document.error)}\n`);
}

/** Prints what is advised against, on standard error in every format: it is no violation. */
function printWarnings(
  { warnings }: ReadObject,
  document: ManifestDocument | UnreadableDocument | undefined,
  terminal: Terminal,
): void {
  if (document === undefined || 'error' in document) return;
  const subject = singleLine(`${describePlace(document)}: ${describeIdentity(identify(document))}`);
  const title = paint(terminal, 'yellow', 'warning');
  for (const warning of warnings) terminal.error(`${subject}: ${title}: ${singleLine(warning)}\n`);
}

const NOUNS: Readonly<Record<ReadObject['read'], string>> = {
  AgentRole: 'role',
  TenantIsolation: 'tenant',
  AgentSandbox: 'sandbox',
  AgentApproval: 'approval',
  AgentQuarantine: 'quarantine',
};
const LIST = new Intl.ListFormat('en-GB');

/** `3 manifests reviewed: 2 admitted, 1 refused; 1 role and 1 tenant read; 2 objects are not workloads`. */
function describeCounts({ admitted, refused, unreadable, podless, read }: Counts): string {
  const reviewed = admitted + refused;
  const parts: string[] = [];
  if (reviewed > 0)
    parts.push(`${count(reviewed, 'manifest')} reviewed: ${admitted} admitted, ${refused} refused`);
  const kinds = [...read].map(([kind, amount]) => count(amount, NOUNS[kind]));
  if (kinds.length > 0) parts.push(`${LIST.format(kinds)} read`);
  if (unreadable > 0) parts.push(`${count(unreadable, 'manifest')} could not be read`);
  if (parts.length === 0) parts.push('no manifest with a pod, role or tenant found');
  if (podless > 0)
    parts.push(podless === 1 ? '1 object is not a workload' : `${podless} objects are not workloads`);
  return parts.join('; ');
}

function count(amount: number, noun: string): string {
  if (amount === 1) return `1 ${noun}`;
  return `${amount} ${noun === 'sandbox' ? 'sandboxes' : `${noun}s`}`;
}
