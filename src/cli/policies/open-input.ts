import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import type { FileBytes } from '../input/read-limited.ts';
import { type ReadProgress, readManifests } from '../input/read-manifests.ts';
import type { Terminal } from '../terminal.ts';
import type { Policies } from './policies.ts';
import { readPolicies } from './read-policies.ts';

/** Milliseconds between two states of the progress line; nobody reads faster. */
const PROGRESS_PERIOD = 100;

/** What a command was given: its roles and tenants, and every object in order, read as it is asked for. */
export interface Input {
  readonly policies: Policies;
  readonly documents: AsyncGenerator<ManifestDocument | UnreadableDocument>;
}

/** Reads the roles and tenants of files, folders and `-`, and opens the same for reading all of it. */
export async function openInput(sources: readonly string[], terminal: Terminal): Promise<Input> {
  const source = { stdin: terminal.stdin, kept: new Map<string, FileBytes>() };
  const policies = await readPolicies(sources, source);
  const documents = readManifests(sources, { ...source, onProgress: createProgress(terminal) });
  return { policies, documents };
}

function createProgress(terminal: Terminal): (progress: ReadProgress) => void {
  let last = 0;
  return ({ files, documents }) => {
    const now = terminal.now();
    if (now - last < PROGRESS_PERIOD) return;
    last = now;
    terminal.progress(`${files} files, ${documents} documents`);
  };
}
