import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import type { Terminal } from '../command.ts';
import { collectPolicies, type Policies } from './policies.ts';
import { type ReadProgress, readManifests } from './read-manifests.ts';

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
  /** Everything that was read, in order. */
  readonly documents: readonly (ManifestDocument | UnreadableDocument)[];
  /** The roles and tenants among the documents. */
  readonly policies: Policies;
  /** The role and the tenant that the flags name and no document defines: without them every result would be wrong. */
  readonly missing: readonly UnreadableDocument[];
}

/** Reads files, folders and `-` to their end: a role or tenant may come after the pods that it is for. */
export async function readInput(flags: InputFlags, terminal: Terminal): Promise<Input> {
  const documents: (ManifestDocument | UnreadableDocument)[] = [];
  const onProgress = createProgress(terminal);
  for await (const document of readManifests(flags.filename, { stdin: terminal.stdin, onProgress })) {
    documents.push(document);
  }
  terminal.progress('');
  const policies = collectPolicies(documents);
  return { documents, policies, missing: missingPolicies(flags, policies) };
}

function createProgress(terminal: Terminal): (progress: ReadProgress) => void {
  let last = 0;
  return ({ files, documents }) => {
    const now = terminal.now();
    if (now - last < PROGRESS_PERIOD_MILLISECONDS) return;
    last = now;
    terminal.progress(`${files} files, ${documents} documents`);
  };
}

function missingPolicies(flags: InputFlags, policies: Policies): readonly UnreadableDocument[] {
  const { filename, role, tenant } = flags;
  const names: string[] = [];
  if (role !== undefined && policies.role(role) === null) names.push(`AgentRole "${role}"`);
  if (tenant !== undefined && policies.tenant(tenant) === null) names.push(`TenantIsolation "${tenant}"`);
  return names.map((name) => ({
    file: filename.join(' '),
    document: 0,
    error: `the input holds no valid ${name}; add its manifest with another -f`,
  }));
}
