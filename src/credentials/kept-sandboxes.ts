import type { KeptCredential } from './kept-credential.ts';
import type { CredentialCaller, SecretStore } from './secret-store.ts';

/** The credentials of one sandbox, by their names, each with the binding by which it is read. */
export type KeptCredentials = Map<string, { readonly binding: string; readonly kept: KeptCredential }>;

/** What is kept of sandboxes. */
export interface KeptSandboxes {
  /** What is kept of the caller's sandbox. What another pod of it got is wiped: it is not for this one. */
  readonly of: (sandboxUID: string, caller: CredentialCaller) => KeptCredentials;
  /** Forgets everything of a sandbox. Returns how many credentials were kept of it. */
  readonly wipe: (sandboxUID: string) => number;
  /** Who asked last, by the UID of the sandbox. */
  readonly callers: () => readonly (readonly [string, CredentialCaller])[];
  /** How many credentials have values in memory. */
  readonly kept: () => number;
}

interface KeptSandbox {
  readonly caller: CredentialCaller;
  readonly credentials: KeptCredentials;
}

/** Keeps so many; the one that asked the longest time ago is wiped for one more. */
export function createKeptSandboxes(maxSandboxes: number, stores: readonly SecretStore[]): KeptSandboxes {
  const sandboxes = new Map<string, KeptSandbox>();
  const wipe = (sandboxUID: string): number => {
    const credentials = sandboxes.get(sandboxUID)?.credentials;
    sandboxes.delete(sandboxUID);
    for (const { kept } of credentials?.values() ?? []) kept.end();
    for (const store of stores) store.forget(sandboxUID);
    return credentials?.size ?? 0;
  };
  return {
    of: (sandboxUID, caller) => {
      const known = sandboxes.get(sandboxUID);
      const isSamePod = known?.caller.podUID === caller.podUID;
      if (known !== undefined && !isSamePod) wipe(sandboxUID);
      sandboxes.delete(sandboxUID);
      const [oldest] = sandboxes.keys();
      if (sandboxes.size >= maxSandboxes && oldest !== undefined) wipe(oldest);
      const credentials: KeptCredentials = isSamePod ? known.credentials : new Map();
      sandboxes.set(sandboxUID, { caller, credentials });
      return credentials;
    },
    wipe,
    callers: () => [...sandboxes].map(([uid, { caller }]) => [uid, caller] as const),
    kept: () => {
      const all = [...sandboxes.values()].flatMap(({ credentials }) => [...credentials.values()]);
      return all.filter(({ kept }) => kept.isKept()).length;
    },
  };
}
