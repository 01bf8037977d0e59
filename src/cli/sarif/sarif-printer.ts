import type { Terminal } from '../command.ts';
import type { ReviewEntry } from '../manifest/review-manifest.ts';
import { ownVersion } from '../own-version.ts';
import type { Entry, Printer } from '../report.ts';
import { locationOf, type SarifLocation, unreadableResult, violationResults } from './sarif-results.ts';
import { SARIF_RULES } from './sarif-rules.ts';

/** A `notification` of SARIF 2.1.0: something about the review itself. */
interface Notification {
  readonly level: 'error' | 'note';
  readonly message: { readonly text: string };
  readonly locations: readonly SarifLocation[];
}

/** Prints one log of SARIF 2.1.0 with one run, a result on each line. */
export function sarifPrinter(terminal: Terminal): Printer {
  const notifications: Notification[] = [];
  let separator = `${begin()}\n`;
  return {
    print: (entry, document) => {
      const results = 'error' in entry ? [unreadableResult(entry)] : violationResults(entry, document);
      for (const result of results) {
        terminal.out(`${separator}${JSON.stringify(result)}`);
        separator = ',\n';
      }
      notifications.push(...notificationsOf(entry));
    },
    end: ({ unreadable }) => {
      const invocation = {
        executionSuccessful: unreadable === 0,
        toolExecutionNotifications: notifications,
      };
      terminal.out(
        `${separator === ',\n' ? '\n' : separator}],"invocations":[${JSON.stringify(invocation)}]}]}\n`,
      );
    },
  };
}

/** Everything before the results. */
function begin(): string {
  const driver = { name: 'cloister', semanticVersion: ownVersion(), rules: SARIF_RULES };
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', results: [] };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return JSON.stringify(log).slice(0, -']}]}'.length);
}

function notificationsOf(entry: Entry): readonly Notification[] {
  if ('error' in entry) {
    const location = locationOf(entry.file, { line: entry.line ?? 1, column: null });
    return [{ level: 'error', message: { text: entry.error }, locations: [location] }];
  }
  return uncheckedNotes(entry);
}

/** What was not evaluated is no result, and no proof of anything either. */
function uncheckedNotes({ file, notChecked, notCheckedReasons }: ReviewEntry): readonly Notification[] {
  if (notChecked.length === 0) return [];
  const text = `${notCheckedReasons.join('; ')}; not evaluated: ${notChecked.join(', ')}`;
  return [{ level: 'note', message: { text }, locations: [locationOf(file)] }];
}
