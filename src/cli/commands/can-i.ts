import { type Command as Program, Option } from 'commander';
import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';
import { singleLine } from '../../lib/single-line.ts';
import { loadSqlParser } from '../../lib/sql-parser.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { describeViolation } from '../../policy/describe-decision.ts';
import { decideConnect } from '../../policy/egress/decide-connect.ts';
import { REASONS } from '../../policy/reasons.ts';
import { type CallDecision, denyCall } from '../../policy/tools/call-decision.ts';
import type { CallPolicy } from '../../policy/tools/call-policy.ts';
import { compileCallPolicy } from '../../policy/tools/compile-tools.ts';
import { decideCall } from '../../policy/tools/decide-call.ts';
import { decideFetchCall, methodOfTool, withURL } from '../../policy/tools/decide-fetch-call.ts';
import { type Command, EXIT, type ExitCode, paint, type Terminal } from '../command.ts';
import { readInput } from '../input/read-input.ts';
import { printUnreadable } from '../report.ts';

interface Flags {
  readonly filename: readonly string[];
  readonly role: string;
  readonly tool?: string;
  readonly arguments?: string;
  readonly connect?: string;
  readonly fetch?: string;
  readonly method?: 'GET' | 'POST';
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
    .option('--fetch <url>', 'URL that a tool with executor Fetch requests')
    .addOption(
      new Option('--method <method>', 'method that --fetch needs; a tool has one').choices(['GET', 'POST']),
    )
    .addOption(
      new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'),
    );
}

async function runCanI(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const decider = chooseQuestion(flags);
  if ('problem' in decider) return fail(decider.problem, terminal);
  const { documents, policies, missing } = await readInput(flags, terminal);
  const unreadable = [...documents].flatMap((one) => ('error' in one ? [one] : []));
  for (const one of [...unreadable, ...missing]) printUnreadable(one, 'cannot be used', terminal);
  const role = policies.agentRole(flags.role);
  if (role === undefined || unreadable.length > 0) return EXIT.unusable;
  const decided = decider.decide(compileCallPolicy(role.spec, flags.role, await loadSqlParser()));
  print(decided, flags.output, terminal);
  return decided.decision.effect === 'Allow' ? EXIT.clean : EXIT.violations;
}

function fail(problem: string, terminal: Terminal): ExitCode {
  terminal.error(`error: ${singleLine(problem)}\n`);
  return EXIT.unusable;
}

type Question = { readonly decide: (policy: CallPolicy) => CallDecision } | { readonly problem: string };

function chooseQuestion({ tool, arguments: text, connect, fetch: url, method }: Flags): Question {
  if (connect !== undefined && (url !== undefined || text !== undefined)) {
    return { problem: 'give only one of --connect, --arguments and --fetch' };
  }
  if (connect !== undefined) {
    if (tool !== undefined) return { problem: 'a connection has no tool; remove --tool or --connect' };
    return { decide: (policy) => decideConnect(policy, connect) };
  }
  const args = parseArguments(text);
  if ('problem' in args) return args;
  if (url !== undefined) {
    return { decide: (policy) => decideFetchOf(policy, tool, { url, method, arguments: args.value }) };
  }
  if (tool === undefined) return { problem: 'nothing is asked; give --tool, --connect or --fetch' };
  return { decide: (policy) => decideCall(policy, { tool, arguments: args.value }) };
}

type Arguments = Readonly<Record<string, unknown>>;

function parseArguments(text = '{}'): { readonly value: Arguments } | { readonly problem: string } {
  const parsed = parseStrictJson(text);
  if ('problem' in parsed) return { problem: `--arguments cannot be read: ${parsed.problem}` };
  const { value } = parsed;
  if (isRecord(value)) return { value };
  return {
    problem: `--arguments is ${value === null ? 'null' : show(value)}; it must be a JSON object, and {} for none`,
  };
}

interface FetchQuestion {
  readonly url: string;
  readonly method: string | undefined;
  /** The arguments beside the URL. */
  readonly arguments: Arguments;
}

/** Without a tool, the first that allows the request decides; where none does, the first that fetches. */
function decideFetchOf(policy: CallPolicy, tool: string | undefined, question: FetchQuestion): CallDecision {
  const fetching = [...policy.tools.values()].filter(({ executor }) => executor === 'Fetch');
  const names = tool === undefined ? fetching.map(({ name }) => name) : [tool];
  const decisions = names.map((name) => decideFetchBy(policy, name, question));
  const allowed = decisions.find(({ decision }) => decision.effect === 'Allow');
  return allowed ?? decisions[0] ?? decideFetchBy(policy, '', question);
}

/** The call of a tool that names the URL, decided as `/v1/fetch` decides it. */
function decideFetchBy(policy: CallPolicy, name: string, question: FetchQuestion): CallDecision {
  const { url, method, arguments: others } = question;
  const tool = policy.tools.get(name);
  const args = tool === undefined ? others : withURL(tool, others, url);
  const decided = decideFetchCall(policy, { tool: name, arguments: args });
  const used = tool === undefined || method === undefined ? method : methodOfTool(tool);
  if (decided.decision.effect === 'Deny' || tool === undefined || used === method) return decided;
  const by = { rule: `${tool.rule}.capabilities`, level: 'Gateway' } as const;
  return denyCall('MethodNotAllowed', by, {
    field: 'method',
    found: show(method),
    required: `must be ${used}, which the capabilities of the tool select`,
    fix: 'Leave --method out, or have the role change the capabilities.',
  });
}

function print({ decision, rule, level }: CallDecision, output: Flags['output'], terminal: Terminal): void {
  const reason = decision.effect === 'Allow' ? null : decision.reason;
  const violations = decision.effect === 'Deny' ? decision.violations : [];
  if (output === 'json') {
    terminal.out(`${JSON.stringify({ effect: decision.effect, reason, rule, level, violations })}\n`);
    return;
  }
  const style = { Allow: 'green', Deny: 'red', Ask: 'yellow' } as const;
  const title = paint(terminal, style[decision.effect], TITLES[decision.effect]);
  const rows = [
    ['rule', rule ?? 'none of the role'],
    ['level', level],
    ...(reason === null ? [] : [['reason', `${reason}: ${REASONS[reason]}`]]),
  ];
  const lines = rows.map(([name = '', text = '']) => `  ${name.padEnd(7)}${singleLine(text)}\n`);
  const details = violations.map((violation) => `  - ${describeViolation(violation)}\n`);
  terminal.out(`${title}\n${lines.join('')}${details.join('')}`);
}

const TITLES = { Allow: 'allowed', Deny: 'denied', Ask: 'a person has to confirm it' } as const;
