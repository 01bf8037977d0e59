import { type Command as Program, Option } from 'commander';
import { singleLine } from '../../lib/single-line.ts';
import { loadSqlParser } from '../../lib/sql-parser.ts';
import { compileCallPolicy } from '../../policy/tools/compile-tools.ts';
import { printAnswer } from '../can-i/print-answer.ts';
import { type AskedFlags, chooseQuestion } from '../can-i/question.ts';
import { type Command, EXIT, type ExitCode, type Terminal } from '../command.ts';
import { readInput } from '../input/read-input.ts';
import { printUnreadable } from '../report.ts';

interface Flags extends AskedFlags {
  readonly filename: readonly string[];
  readonly role: string;
  readonly output: 'text' | 'json';
}

const EXAMPLES = `
Examples:
  cloister can-i -f role.yaml --role data-analyst --tool read_file --arguments '{"path": "/data/reports/q3.csv"}'
  cloister can-i -f role.yaml --role data-analyst --tool execute_sql --arguments '{"query": "SELECT 1"}' -o json
  cloister can-i -f role.yaml --role data-analyst --connect github.com:443
  cloister can-i -f role.yaml --role data-analyst --tool web_search --fetch https://www.example.com/

Decides as the gateway does: by which rule of the role, and who holds that rule. Gateway: it is held outside of the pod. Pod:
the mounts of the pod hold it. Cooperative: only an agent that asks is held to it.

--fetch decides the call of the tool that names the URL; --arguments has the other arguments. Without --tool, every tool that
fetches is tried.

Rates, budgets, the addresses of a host and what a sandbox takes away from its role are not part of the answer.

Exit code: 0 allowed, 1 denied or a person has to confirm it, 2 something could not be read.
`;

/** `cloister can-i`: what a role allows, decided as the gateway decides it, without a cluster. */
export const canI: Command = {
  name: 'can-i',
  register: (program, terminal, finish) =>
    void addOptions(program.command('can-i'))
      .description('say whether a role allows a call, a connection or a request, and by which rule')
      .addHelpText('after', EXAMPLES)
      .action(async (flags: Flags) => finish(await runCanI(flags, terminal))),
};

function addOptions(command: Program): Program {
  return command
    .requiredOption('-f, --filename <path...>', 'file, folder or - for standard input; can be repeated')
    .requiredOption('--role <name>', 'AgentRole of the input')
    .option('--tool <name>', 'tool that is called')
    .option('--arguments <json>', 'arguments of the tool, as a JSON object')
    .option('--connect <authority>', 'host and port that is connected to, such as github.com:443')
    .option('--fetch <url>', 'URL that a tool with executor Fetch requests; without --tool, any that may')
    .addOption(
      new Option('--method <method>', 'method that --fetch needs; a tool has one').choices(['GET', 'POST']),
    )
    .addOption(
      new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'),
    );
}

async function runCanI(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const question = chooseQuestion(flags);
  if ('problem' in question) return fail(question.problem, terminal);
  const { documents, policies, missing } = await readInput(flags, terminal);
  const unreadable = [...documents].flatMap((one) => ('error' in one ? [one] : []));
  for (const one of [...unreadable, ...missing]) printUnreadable(one, 'cannot be used', terminal);
  const role = policies.agentRole(flags.role);
  if (role === undefined || unreadable.length > 0) return EXIT.unusable;
  const answer = question.answer(compileCallPolicy(role.spec, flags.role, await loadSqlParser()));
  printAnswer(answer, flags.output, terminal);
  return answer.decision.effect === 'Allow' ? EXIT.clean : EXIT.violations;
}

function fail(problem: string, terminal: Terminal): ExitCode {
  terminal.error(`error: ${singleLine(problem)}\n`);
  return EXIT.unusable;
}
