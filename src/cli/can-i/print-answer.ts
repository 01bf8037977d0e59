import { singleLine } from '../../lib/single-line.ts';
import { violationsOf } from '../../policy/decision.ts';
import { describeViolation } from '../../policy/describe-decision.ts';
import { REASONS } from '../../policy/reasons.ts';
import { describeCall } from '../../policy/tools/describe-call.ts';
import { paint, type Terminal } from '../command.ts';
import type { Answer } from './question.ts';

/** Prints an answer: as text, or as JSON whose fields have the names that they have in the answers of the gateway. */
export function printAnswer(answer: Answer, output: 'text' | 'json', terminal: Terminal): void {
  if (output === 'json') terminal.out(`${JSON.stringify(answerAsJson(answer))}\n`);
  else printText(answer, terminal);
}

function answerAsJson({ decision, rule, level, note }: Answer): object {
  const { reason, message } =
    decision.effect === 'Allow'
      ? { reason: null, message: null }
      : { reason: decision.reason, message: describeCall(decision) };
  const violations = violationsOf(decision);
  return { decision: decision.effect, reason, message, rule, level, note, violations };
}

const TITLES = { Allow: 'allowed', Deny: 'denied', Ask: 'a person has to confirm it' } as const;
const STYLES = { Allow: 'green', Deny: 'red', Ask: 'yellow' } as const;

function printText({ decision, rule, level, note }: Answer, terminal: Terminal): void {
  const { effect } = decision;
  const reason = effect === 'Allow' ? null : `${decision.reason}: ${REASONS[decision.reason]}`;
  const rows = [
    ['rule', rule ?? 'none of the role'],
    ['level', level],
    ['reason', reason],
    ['note', note],
  ] as const;
  const lines = rows.flatMap(([name, text]) =>
    text === null ? [] : [`  ${name.padEnd(7)}${singleLine(text)}\n`],
  );
  const details = violationsOf(decision).map((violation) => `  - ${describeViolation(violation)}\n`);
  const title = paint(terminal, STYLES[effect], TITLES[effect]);
  terminal.out(`${title}\n${lines.join('')}${details.join('')}`);
}
