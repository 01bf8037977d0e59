import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import type { Terminal } from '../command.ts';
import { collectPolicies, type Policies, type PolicyKind } from './policies.ts';
import { type ManifestText, type ParseProgress, parseTexts, readTexts } from './read-manifests.ts';

/** Milliseconds between two states of the progress line. */
const PROGRESS_PERIOD_MILLISECONDS = 100;

/** The flags that name what a command reads. */
export interface InputFlags {
  readonly filename: readonly string[];
  readonly role?: string;
  readonly tenant?: string;
}

/** What a command was given. */
export interface Input {
  /** Every document in order, parsed as it is asked for. */
  readonly documents: Iterable<ManifestDocument | UnreadableDocument>;
  /** The roles and tenants among the documents. */
  readonly policies: Policies;
  /** The role and the tenant that the flags name and no document defines: without them every result would be wrong. */
  readonly missing: readonly UnreadableDocument[];
}

/** Reads files, folders and `-`, and finds the roles and tenants in them, which may come after the pods that need them. */
export async function readInput(flags: InputFlags, terminal: Terminal): Promise<Input> {
  const texts = await readTexts(flags.filename, { stdin: terminal.stdin });
  const policies = collectPolicies(parseTexts(texts.filter(mayHoldPolicy)));
  return { documents: parseAll(texts, terminal), policies, missing: missingPolicies(flags, policies) };
}

/** Parsing every text twice would take much longer. A backslash may escape a letter of the kind. */
function mayHoldPolicy(text: ManifestText): boolean {
  return 'text' in text && /AgentRole|TenantIsolation|\\/.test(text.text);
}

function* parseAll(
  texts: readonly ManifestText[],
  terminal: Terminal,
): Generator<ManifestDocument | UnreadableDocument> {
  yield* parseTexts(texts, createProgress(terminal));
  terminal.progress('');
}

function createProgress(terminal: Terminal): (progress: ParseProgress) => void {
  let last = 0;
  return ({ files, documents }) => {
    const now = terminal.now();
    if (now - last < PROGRESS_PERIOD_MILLISECONDS) return;
    last = now;
    terminal.progress(`${files} files, ${documents} documents`);
  };
}

function missingPolicies(
  { filename, role, tenant }: InputFlags,
  policies: Policies,
): readonly UnreadableDocument[] {
  const missing: [PolicyKind, string][] = [];
  if (role !== undefined && policies.role(role) === null) missing.push(['AgentRole', role]);
  if (tenant !== undefined && policies.tenant(tenant) === null) missing.push(['TenantIsolation', tenant]);
  return missing.map(([kind, name]) => ({
    file: filename.join(' '),
    document: 0,
    error: `the input holds no valid ${kind} "${name}"; ${policies.problemOf(kind, name) ?? 'add its manifest with another -f'}`,
  }));
}
