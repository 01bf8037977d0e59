import type { Command as Program } from 'commander';
import { singleLine } from '../../lib/single-line.ts';
import { unifiedDiff } from '../../lib/unified-diff.ts';
import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import { writeDocument } from '../../lib/yaml/write-document.ts';
import { describeViolation } from '../../policy/describe-decision.ts';
import { type Command, EXIT, type ExitCode, paint, type Terminal } from '../command.ts';
import { checkPinned } from '../input/check-pinned.ts';
import { type InputFlags, readInput } from '../input/read-input.ts';
import { adviseOnStartGate, startGateDigests } from '../input/start-gate.ts';
import { describeIdentity, describePlace, identify } from '../manifest/describe-manifest.ts';
import { describeChange } from '../manifest/describe-change.ts';
import { hardenManifest, type HardenedManifest, type HardenOptions } from '../manifest/harden-manifest.ts';
import { printUnreadable } from '../report.ts';

interface Flags extends InputFlags {
  readonly role: string;
  readonly startGateImage?: string;
  readonly diff: boolean;
}

const EXAMPLES = `
Examples:
  cloister harden -f role.yaml -f pod.yaml --role data-analyst             the manifests, as YAML
  cloister harden -f role.yaml -f pod.yaml --role data-analyst --diff      only the changes
  kubectl get tenantisolation acme -o yaml | cloister harden -f - -f role.yaml -f pod.yaml --role data-analyst --tenant acme

Prints every object of the input in order. Objects without a pod are printed unchanged, and a List as its items.
Comments are lost. The addresses of the gateway come from the status of the tenant.
What needs a decision stays as it is and is listed on standard error: an image without a digest, a host path, a
credential in the environment, a privileged container, a mount that the role does not grant, a proxy other than the
gateway, a command that needs root. Every change is listed there too, with fields of the manifest that was read.

Exit code: 0 complete, 1 something is left to decide, 2 something could not be read (takes precedence over 1).
`;

/** `cloister harden`: changes manifests to meet the pod contract of a role. */
export const harden: Command = {
  name: 'harden',
  register: (program, terminal, finish) =>
    void addOptions(program.command('harden'))
      .description('change manifests to meet the pod contract of a role, and list what is left to decide')
      .addHelpText('after', EXAMPLES)
      .action(async (flags: Flags) => finish(await runHarden(flags, terminal))),
};

function addOptions(command: Program): Program {
  return command
    .requiredOption('-f, --filename <path...>', 'file, folder or - for standard input; can be repeated')
    .requiredOption('--role <name>', 'harden every pod for this AgentRole of the input')
    .option('--tenant <name>', 'harden every pod as one of this TenantIsolation of the input')
    .option(
      '--start-gate-image <image>',
      'add this start gate, named by digest, to pods without one',
      checkPinned,
    )
    .option('--diff', 'print the changes instead of the manifests', false);
}

async function runHarden(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const { documents, policies, missing } = await readInput(flags, terminal);
  for (const one of missing) printUnreadable(one, PROBLEM, terminal);
  const rolePolicy = policies.role(flags.role);
  if (rolePolicy === null || missing.length > 0) return EXIT.unusable;
  const startGateImage = flags.startGateImage ?? null;
  const options = {
    policies,
    role: flags.role,
    tenant: flags.tenant,
    rolePolicy,
    startGateImage,
    startGateDigests: startGateDigests(startGateImage),
    now: terminal.now(),
  };
  const print = flags.diff ? printDiff : createManifestPrinter();
  let code: ExitCode = EXIT.clean;
  for (const document of documents) {
    const outcome = hardenDocument(document, options, terminal);
    if ('object' in document) print(document, outcome.object ?? document.object, terminal);
    code = Math.max(code, outcome.code) as ExitCode;
  }
  return code;
}

const PROBLEM = 'cannot be hardened';

function hardenDocument(
  document: ManifestDocument | UnreadableDocument,
  options: HardenOptions,
  terminal: Terminal,
): { readonly code: ExitCode; readonly object?: Record<string, unknown> } {
  const result = 'error' in document ? document : hardenManifest(document, options);
  if ('error' in document || 'error' in result) {
    const error = 'error' in result ? result.error : '';
    printUnreadable({ ...document, error }, PROBLEM, terminal);
    return { code: EXIT.unusable };
  }
  printNotes(document, result, terminal);
  return { code: result.left.length === 0 ? EXIT.clean : EXIT.violations, object: result.object };
}

type Print = (document: ManifestDocument, hardened: Record<string, unknown>, terminal: Terminal) => void;

function createManifestPrinter(): Print {
  let separator = '';
  return (_document, hardened, terminal) => {
    terminal.out(`${separator}${writeDocument(hardened)}`);
    separator = '---\n';
  };
}

const printDiff: Print = (document, hardened, terminal) => {
  if (hardened === document.object) return;
  const change = unifiedDiff(writeDocument(document.object), writeDocument(hardened));
  if (change === '') return;
  const place = singleLine(describePlace({ ...document, line: undefined }));
  const coloured = change
    .split('\n')
    .map((line) => paintChange(line, terminal))
    .join('\n');
  terminal.out(`--- ${place}\n+++ ${place} (hardened)\n${coloured}`);
};

function paintChange(line: string, terminal: Terminal): string {
  if (line.startsWith('+')) return paint(terminal, 'green', line);
  if (line.startsWith('-')) return paint(terminal, 'red', line);
  return line.startsWith('@@') ? paint(terminal, 'cyan', line) : line;
}

function printNotes(
  document: ManifestDocument,
  { left, changes }: HardenedManifest,
  terminal: Terminal,
): void {
  if (left.length === 0 && changes.length === 0) return;
  const place = describePlace({ ...document, line: undefined });
  const title = singleLine(`${place}: ${describeIdentity(identify(document))}`);
  const lines = [
    ...left.map(
      (violation) => `  - to decide: ${describeViolation(violation)}${adviseOnStartGate(violation)}\n`,
    ),
    ...changes.map((change) => `  - ${describeChange(change)}\n`),
  ];
  terminal.error(`${paint(terminal, 'bold', title)}\n${lines.join('')}`);
}
