import { singleLine } from '../../lib/single-line.ts';
import { paint, type Terminal } from '../command.ts';
import type { ReadPlan } from './read-plan.ts';

/** Prints a plan: its statements on standard output, as a script that psql runs, and what a person must know as comments in it. */
export function printPlan(plan: ReadPlan, output: 'text' | 'json', terminal: Terminal): void {
  if (output === 'json') {
    const { isOpen: _isOpen, ...told } = plan;
    terminal.out(`${JSON.stringify(told, null, 2)}\n`);
    return;
  }
  for (const { object, problem } of plan.refusals)
    comment(terminal, 'red', 'refused', `${object}: ${problem}`);
  for (const { object, problem } of plan.breakages)
    comment(terminal, 'yellow', 'breaks', `${object}: ${problem}`);
  for (const { object, statements } of plan.transactions) {
    terminal.out(`-- ${singleLine(object)}\nBEGIN;\n`);
    for (const statement of statements) terminal.out(`${statement.replace(/;?\s*$/, '')};\n`);
    terminal.out('COMMIT;\n');
  }
  for (const { severity, name, object, statement } of plan.findings) {
    const what = severity === 'Isolation' ? 'found' : 'advice';
    comment(terminal, 'yellow', what, `${name} on ${object}. This mends it: ${statement}`);
  }
  comment(terminal, 'bold', 'plan', describeCounts(plan));
}

function comment(terminal: Terminal, style: Parameters<typeof paint>[1], title: string, text: string): void {
  terminal.out(`-- ${paint(terminal, style, title)}: ${singleLine(text)}\n`);
}

function describeCounts({ tenant, transactions, refusals, breakages, findings }: ReadPlan): string {
  const statements = transactions.reduce((sum, one) => sum + one.statements.length, 0);
  const withholding = findings.filter(({ severity }) => severity === 'Isolation').length;
  return `TenantIsolation ${tenant}: ${statements} statements in ${transactions.length} transactions, ${refusals.length} refused, ${breakages.length} break, ${withholding} findings before it`;
}
