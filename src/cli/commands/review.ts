import { type Command as Commander, InvalidArgumentError, Option } from 'commander';
import { CHECKS } from '../../policy/admission/checks/index.ts';
import { singleLine } from '../../lib/single-line.ts';
import type { Command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import { missingPolicies } from '../policies/missing-policies.ts';
import { openInput } from '../policies/open-input.ts';
import { createReport, type OutputFormat, type Report } from '../review/report.ts';
import { reviewManifests } from '../review/review-manifests.ts';
import type { Terminal } from '../terminal.ts';

interface Flags {
  readonly filename: readonly string[];
  readonly role?: string;
  readonly tenant?: string;
  readonly check?: readonly string[];
  readonly startGateDigest?: readonly string[];
  readonly output: OutputFormat;
}

const EXAMPLES = `
Examples:
  cloister review -f pod.yaml                          the rules that need nothing but the pod
  cloister review -f manifests/ -o json                a folder, as JSON
  cloister review -f role.yaml -f pod.yaml             with the role that the pod names
  cloister review -f roles/ -f pods/ --role analyst    every pod held to one role
  cloister review -f pods/ --check host-namespaces     one check alone
  helm template ./chart | cloister review -f -         what a chart renders

Roles (AgentRole) and tenants (TenantIsolation) may stand anywhere in the same input. A pod whose role is not there is
held to the rules that need none. Without --start-gate-digest an image named start-gate is taken for a trusted one.

Exit code: 0 no violation, 1 violations, 2 something could not be read (2 outweighs 1).
`;

/** `cloister review`: the webhook's verdict on manifests, without a cluster. */
export const review: Command = {
  name: 'review',
  register: (program, terminal, finish) =>
    void addOptions(program.command('review'))
      .description('judge the pods in manifests by the contract, as the webhook would')
      .addHelpText('after', EXAMPLES)
      .action(async (flags: Flags) => finish(await run(flags, terminal))),
};

function addOptions(command: Commander): Commander {
  return command
    .requiredOption('-f, --filename <path...>', 'file, folder or - for standard input; may be repeated')
    .option('--role <name>', 'hold every pod to this AgentRole of the input')
    .option('--tenant <name>', 'take every pod for one of this TenantIsolation of the input')
    .option('--check <name...>', 'ask these checks alone; may be repeated', addCheck)
    .option('--start-gate-digest <sha256...>', 'digests of the start gates that the installation trusts')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'));
}

function addCheck(name: string, before: readonly string[] | undefined): readonly string[] {
  const names = CHECKS.map((check) => check.name);
  if (names.includes(name)) return [...(before ?? []), name];
  const near = nearestName(name, names);
  throw new InvalidArgumentError(
    near === null
      ? 'There is no such check; "cloister explain" lists them.'
      : `There is no such check. Did you mean ${near}?`,
  );
}

async function run(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const report = createReport(flags.output, terminal);
  const missingRoles = new Map<string, number>();
  const { policies, documents } = await openInput(flags.filename, terminal);
  const options = {
    role: flags.role ?? null,
    tenant: flags.tenant ?? null,
    checks: flags.check ?? [],
    startGateDigests: flags.startGateDigest ?? [],
    now: terminal.now(),
    onMissingRole: (role: string) => void missingRoles.set(role, (missingRoles.get(role) ?? 0) + 1),
  };
  for (const missing of missingPolicies(policies, options, flags.filename)) report.add(missing);
  for await (const entry of reviewManifests(documents, policies, options)) report.add(entry);
  terminal.progress('');
  for (const [role, pods] of missingRoles) tellMissingRole(role, pods, terminal);
  return exitCodeOf(report);
}

function tellMissingRole(role: string, pods: number, terminal: Terminal): void {
  const subject = pods === 1 ? '1 pod names' : `${pods} pods name`;
  terminal.error(
    `${subject} the role "${singleLine(role)}", which is not in the input: only the rules that need no role were asked\n`,
  );
}

function exitCodeOf(report: Report): ExitCode {
  const { refused, unreadable } = report.end();
  if (unreadable > 0) return EXIT.unusable;
  return refused > 0 ? EXIT.violations : EXIT.clean;
}
