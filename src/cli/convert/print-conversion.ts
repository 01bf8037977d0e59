import { show } from '../../lib/show.ts';
import { singleLine } from '../../lib/single-line.ts';
import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import { writeDocument } from '../../lib/yaml/write-document.ts';
import { fieldPath } from '../../policy/pod/field-path.ts';
import { paint, type Terminal } from '../command.ts';
import type { AccountEntry } from './account.ts';
import type { Conversion } from './convert-documents.ts';
import { OUTCOMES, type Outcome } from './verdict.ts';

/** How a conversion is printed. */
export const CONVERT_OUTPUTS = ['yaml', 'values', 'account', 'json'] as const;

export type ConvertOutput = (typeof CONVERT_OUTPUTS)[number];

const STYLES: Readonly<Record<Outcome, Parameters<typeof paint>[1]>> = {
  TakenOver: 'green',
  Tightened: 'cyan',
  ChangedInForm: 'cyan',
  CannotBeKept: 'yellow',
  NotUnderstood: 'red',
};

/** A value of the input as it is printed. */
interface Row {
  /** As it was named, or `-` for standard input. */
  readonly file: string;
  readonly line: number;
  readonly field: string;
  /** Null where it was not understood: it may be anything, also a secret. */
  readonly value: string | null;
  readonly outcome: Outcome;
  readonly becomes: string;
}

/** The documents that were converted, as they were read. */
export interface SourceDocuments {
  readonly configuration: ManifestDocument;
  readonly compose: ManifestDocument | null;
}

/** Prints a conversion; the account goes to standard error beside objects and values. */
export function printConversion(
  documents: SourceDocuments,
  conversion: Conversion,
  output: ConvertOutput,
  terminal: Terminal,
): void {
  const { configuration, compose } = conversion.accounts;
  const rows = [...rowsOf(documents.configuration, configuration), ...rowsOf(documents.compose, compose)];
  switch (output) {
    case 'json': {
      const { objects, chartValues } = conversion;
      terminal.out(`${JSON.stringify({ objects, chartValues, account: rows }, null, 2)}\n`);
      return;
    }
    case 'account':
      terminal.out(tableOf(rows));
      return;
    case 'values':
      if (conversion.chartValues !== null) terminal.out(writeDocument(conversion.chartValues));
      break;
    case 'yaml':
    default:
      terminal.out(yamlOf(conversion));
  }
  terminal.error(textOf(rows, terminal));
}

/** The objects, and behind them the values of the chart as comments, so that the whole can be applied. */
function yamlOf({ objects, chartValues }: Conversion): string {
  if (chartValues === null) return '';
  const values = writeDocument(chartValues).trimEnd().split('\n');
  const comments = ['Values of the chart (-o values):', ...values].map((line) => `# ${line}\n`);
  return `${objects.map((object) => writeDocument(object)).join('---\n')}${comments.join('')}`;
}

function rowsOf(document: ManifestDocument | null, account: readonly AccountEntry[]): readonly Row[] {
  if (document === null) return [];
  const { file, line } = document;
  const places = document.locate?.(account.map(({ path }) => path)) ?? [];
  return account.map(({ path, value, outcome, becomes }, index) => ({
    file: singleLine(file),
    line: places[index]?.line ?? line,
    field: singleLine(fieldPath(path)),
    value: outcome === 'NotUnderstood' ? null : singleLine(show(value)),
    outcome,
    becomes,
  }));
}

function textOf(rows: readonly Row[], terminal: Terminal): string {
  return rows
    .map(({ file, line, field, value, outcome, becomes }) => {
      const title = paint(terminal, STYLES[outcome], OUTCOMES[outcome]);
      return `${file}:${line}: ${field}${value === null ? '' : ` ${value}`}: ${title}: ${becomes}\n`;
    })
    .join('');
}

/** A table of Markdown. */
function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ file, line, field, value, outcome, becomes }) =>
    [
      escapeCell(`${file}:${line}`),
      code(field),
      value === null ? '' : code(value),
      OUTCOMES[outcome],
      escapeCell(becomes),
    ].join(' | '),
  );
  const head = ['where | field | value | outcome | what it becomes', '---|---|---|---|---'];
  return [...head, ...cells].map((row) => `| ${row} |\n`).join('');
}

function code(text: string): string {
  return `\`${escapeCell(text.replaceAll('`', "'"))}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
