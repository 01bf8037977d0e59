import { type Command as Program, InvalidArgumentError, Option } from 'commander';
import { nearestName } from '../../lib/nearest-name.ts';
import { singleLine } from '../../lib/single-line.ts';
import { CHECKS } from '../../policy/admission/checks/index.ts';
import { type Command, EXIT, type ExitCode, type Terminal } from '../command.ts';
import { type InputFlags, readInput } from '../input/read-input.ts';
import { reviewManifest } from '../manifest/review-manifest.ts';
import { adviseOn, describeCause, type Unchecked } from '../manifest/unchecked.ts';
import { createReport, type OutputFormat } from '../report.ts';

interface Flags extends InputFlags {
  readonly check?: readonly string[];
  readonly startGateDigest?: readonly string[];
  readonly output: OutputFormat;
  readonly strict: boolean;
}

const EXAMPLES = `
Examples:
  cloister review -f pod.yaml                          the checks that need only the pod
  cloister review -f manifests/ -o json                a folder, as JSON
  cloister review -f manifests/ -o sarif               a folder, for GitHub code scanning and its like
  cloister review -f role.yaml -f pod.yaml             with the role that the pod names
  cloister review -f roles/ -f pods/ --role analyst    every pod with the same role
  cloister review -f pods/ --check host-namespaces     one check only
  helm template ./chart | cloister review -f -         what a chart renders
  kubectl get pods -o yaml | cloister review -f -      pods that are running

The input may hold roles (AgentRole) and tenants (TenantIsolation) in any place. If it does not hold the role that a pod
names, the pod is reviewed only with the checks that need no role. A sandbox (AgentSandbox) is compared with its role and its
tenant, and counted as a pod is. The checks that could not be evaluated are listed on
standard error and as notChecked in the JSON, and with --strict they are a failure. Without --start-gate-digest, an image
that is named start-gate is trusted.

A role is warned about on standard error where an agent could use an upstream of it to have another credential made, which it
would hold itself.

A pod that has a uid or a status is reviewed as one that exists: what the scheduler has set is not a violation.

Exit code: 0 no violations, 1 violations, 2 something could not be read (takes precedence over 1).
`;

/** `cloister review`: reviews manifests as the webhook does, without a cluster. */
export const review: Command = {
  name: 'review',
  register: (program, terminal, finish) =>
    void addOptions(program.command('review'))
      .description('review the pods in manifests against the pod contract, as the webhook does')
      .addHelpText('after', EXAMPLES)
      .action(async (flags: Flags) => finish(await runReview(flags, terminal))),
};

function addOptions(command: Program): Program {
  return command
    .requiredOption('-f, --filename <path...>', 'file, folder or - for standard input; can be repeated')
    .option('--role <name>', 'review every pod with this AgentRole of the input')
    .option('--tenant <name>', 'review every pod as one of this TenantIsolation of the input')
    .option('--check <name...>', 'evaluate only these checks; can be repeated', addCheck)
    .option(
      '--start-gate-digest <sha256...>',
      'digests of the start gate images that the installation trusts',
    )
    .option('--strict', 'exit with 1 where a check could not be evaluated', false)
    .addOption(
      new Option('-o, --output <format>', 'output format').choices(['text', 'json', 'sarif']).default('text'),
    );
}

function addCheck(name: string, before: readonly string[] | undefined): readonly string[] {
  const names = CHECKS.map((check) => check.name);
  if (names.includes(name)) return [...(before ?? []), name];
  const near = nearestName(name, names);
  throw new InvalidArgumentError(
    near === null
      ? 'There is no such check. To list all checks: cloister explain'
      : `There is no such check. Did you mean ${near}?`,
  );
}

async function runReview(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const { documents, policies, missing } = await readInput(flags, terminal);
  const notes = createUncheckedNotes();
  const options = {
    policies,
    role: flags.role,
    tenant: flags.tenant,
    checks: flags.check === undefined ? CHECKS : CHECKS.filter(({ name }) => flags.check?.includes(name)),
    startGateDigests: flags.startGateDigest ?? [],
    now: terminal.now(),
    onUnchecked: notes.add,
  };
  const report = createReport(flags.output, terminal);
  for (const one of missing) report.add(one);
  for (const document of documents) {
    report.add('error' in document ? document : reviewManifest(document, options), document);
  }
  const causes = notes.print(terminal);
  const { refused, unreadable } = report.end();
  if (unreadable > 0) return EXIT.unusable;
  return refused > 0 || (flags.strict && causes > 0) ? EXIT.violations : EXIT.clean;
}

/** Counts the pods of each cause for which checks were not evaluated. */
function createUncheckedNotes() {
  const notes = new Map<string, { pods: number; readonly unchecked: Unchecked }>();
  return {
    add: (unchecked: Unchecked): void => {
      const key = JSON.stringify(unchecked);
      const note = notes.get(key);
      if (note === undefined) notes.set(key, { pods: 1, unchecked });
      else note.pods += 1;
    },
    /** Prints one line for each cause, and returns how many there were. */
    print: (terminal: Terminal): number => {
      for (const { pods, unchecked } of notes.values()) {
        const { cause, checks } = unchecked;
        const left = `not evaluated: ${checks.join(', ')}`;
        terminal.error(`${singleLine(`${describeCause(cause, pods)}; ${left}. ${adviseOn(cause)}`)}\n`);
      }
      return notes.size;
    },
  };
}
