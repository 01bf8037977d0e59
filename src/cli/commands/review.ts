import { CHECKS } from '../../policy/admission/checks/index.ts';
import { Option } from 'commander';
import type { Command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readManifests } from '../input/read-manifests.ts';
import { createReport, type OutputFormat } from '../review/report.ts';
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
  helm template ./chart | cloister review -f -         what a chart renders

Exit code: 0 no violation, 1 violations, 2 something could not be read (2 outweighs 1).
The start gate is judged only with --start-gate-digest.
`;

/** `cloister review`: the webhook's verdict on manifests, without a cluster. */
export const review: Command = {
  name: 'review',
  register: (program, terminal, finish) =>
    void program
      .command('review')
      .description('judge the pods in manifests by the contract, as the webhook would')
      .requiredOption('-f, --filename <path...>', 'file, folder or - for standard input; may be repeated')
      .option('--role <name>', 'hold every pod to this AgentRole of the input')
      .option('--tenant <name>', 'take every pod for one of this TenantIsolation of the input')
      .addOption(
        new Option('--check <name...>', 'ask these checks alone').choices(CHECKS.map(({ name }) => name)),
      )
      .option('--start-gate-digest <sha256...>', 'digests of the start gates that the installation trusts')
      .addOption(
        new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'),
      )
      .addHelpText('after', EXAMPLES)
      .action(async (flags: Flags) => finish(await run(flags, terminal))),
};

async function run(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const manifests = readManifests(flags.filename, {
    stdin: terminal.stdin,
    onProgress: ({ files, documents }) => terminal.progress(`${files} files, ${documents} documents`),
  });
  const options = {
    role: flags.role ?? null,
    tenant: flags.tenant ?? null,
    checks: flags.check ?? [],
    startGateDigests: flags.startGateDigest ?? [],
    now: terminal.now(),
  };
  const report = createReport(flags.output, terminal);
  for await (const entry of reviewManifests(manifests, options)) report.add(entry);
  terminal.progress('');
  const { refused, unreadable } = report.end();
  if (unreadable > 0) return EXIT.unusable;
  return refused > 0 ? EXIT.violations : EXIT.clean;
}
