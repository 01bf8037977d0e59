import { unifiedDiff } from '../../lib/unified-diff.ts';
import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import { writeDocument } from '../../lib/yaml/write-document.ts';
import { describeViolation } from '../../policy/describe-decision.ts';
import { parseImage } from '../../policy/roles/image-pattern.ts';
import { singleLine } from '../../lib/single-line.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { missingPolicies } from '../policies/missing-policies.ts';
import { openInput } from '../policies/open-input.ts';
import { identify } from '../review/identify.ts';
import { placeText } from '../review/place-text.ts';
import { paint, type Terminal } from '../terminal.ts';
import { hardenManifest, type HardenedManifest, type HardenOptions } from './harden-manifest.ts';

/** The options of `cloister harden`. */
export interface HardenFlags {
  readonly filename: readonly string[];
  readonly role: string;
  readonly tenant?: string;
  readonly startGateImage?: string;
  readonly diff: boolean;
}

/** Hardens every manifest that the flags name and prints it, or its change. */
export async function runHarden(flags: HardenFlags, terminal: Terminal): Promise<ExitCode> {
  const { policies, documents } = await openInput(flags.filename, terminal);
  const named = { role: flags.role, tenant: flags.tenant ?? null };
  const missing = missingPolicies(policies, named, flags.filename);
  for (const one of missing) tellFault(one, terminal);
  const rolePolicy = policies.role(flags.role);
  if (rolePolicy === null || missing.length > 0) return EXIT.unusable;
  const digest = parseImage(flags.startGateImage ?? '')?.digest ?? null;
  const options = {
    ...named,
    policies,
    rolePolicy,
    startGateImage: flags.startGateImage ?? null,
    startGateDigests: digest === null ? [] : [digest],
    now: terminal.now(),
  };
  const print = flags.diff ? printDiff : createPrinter();
  let code: ExitCode = EXIT.clean;
  for await (const document of documents) {
    const outcome = hardenOne(document, options, terminal);
    if ('object' in document) print(document, outcome.object ?? document.object, terminal);
    code = Math.max(code, outcome.code) as ExitCode;
  }
  terminal.progress('');
  return code;
}

function hardenOne(
  document: ManifestDocument | UnreadableDocument,
  options: HardenOptions,
  terminal: Terminal,
): { readonly code: ExitCode; readonly object?: Record<string, unknown> } {
  const result = 'error' in document ? document : hardenManifest(document, options);
  if ('error' in document || 'error' in result) {
    const error = 'error' in result ? result.error : '';
    tellFault({ ...document, error }, terminal);
    return { code: EXIT.unusable };
  }
  tellLeft(document, result, terminal);
  return { code: result.left.length === 0 ? EXIT.clean : EXIT.violations, object: result.object };
}

type Print = (document: ManifestDocument, hardened: Record<string, unknown>, terminal: Terminal) => void;

function createPrinter(): Print {
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
  const place = singleLine(placeText({ ...document, line: undefined }));
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

function tellLeft(document: ManifestDocument, { left, notes }: HardenedManifest, terminal: Terminal): void {
  if (left.length === 0 && notes.length === 0) return;
  const { kind, namespace, name } = identify(document);
  const subject = [namespace, name].filter((part) => part !== null).join('/');
  const place = placeText({ ...document, line: undefined });
  const title = paint(terminal, 'bold', singleLine(`${place}: ${kind} ${subject}`));
  const lines = [
    ...left.map((violation) => `  - to decide: ${describeViolation(violation)}${hint(violation.check)}\n`),
    ...notes.map((note) => `  - filled in: ${singleLine(note)}\n`),
  ];
  terminal.error(`${title}\n${lines.join('')}`);
}

function hint(check: string): string {
  return check === 'start-gate' ? ' Name the gate of your installation with --start-gate-image.' : '';
}

function tellFault(fault: Omit<UnreadableDocument, 'object'>, terminal: Terminal): void {
  const title = paint(terminal, 'yellow', 'cannot be hardened');
  terminal.error(`${singleLine(placeText(fault))}: ${title}: ${singleLine(fault.error)}\n`);
}
