import type { KeptValue } from './kept-value.ts';
import type { CredentialCaller } from './secret-store.ts';

/** One credential of one sandbox. */
export interface KeptEntry<Value> {
  /** The binding by which it is read, and where its store logs in. */
  readonly key: string;
  readonly kept: KeptValue<Value>;
}

/** The credentials of one sandbox, by their names. */
export type KeptCredentials<Value> = Map<string, KeptEntry<Value>>;

/** What is kept of sandboxes. */
export interface KeptSandboxes<Value> {
  /** What is kept of the caller's sandbox. What another pod of it got is wiped: it is not for this one. */
  readonly of: (sandboxUID: string, caller: CredentialCaller) => KeptCredentials<Value>;
  /** Forgets everything of a sandbox, its logins included. */
  readonly wipe: (sandboxUID: string) => void;
  /** Forgets the credentials of a sandbox that are ended, and nothing else of it. Returns how many they were. */
  readonly end: (sandboxUID: string, isEnded: (name: string, entry: KeptEntry<Value>) => boolean) => number;
  /** Who asked last, by the UID of the sandbox. */
  readonly callers: () => readonly (readonly [string, CredentialCaller])[];
  /** How many credentials have values in memory. */
  readonly kept: () => number;
}

interface KeptSandbox<Value> {
  readonly caller: CredentialCaller;
  readonly credentials: KeptCredentials<Value>;
}

/**
 * Keeps so many; the one that asked the longest time ago is wiped for one more. `forget` ends what else is held for a sandbox that is
 * wiped.
 */
export function createKeptSandboxes<Value>(
  maxSandboxes: number,
  forget: (sandboxUID: string) => void,
): KeptSandboxes<Value> {
  const sandboxes = new Map<string, KeptSandbox<Value>>();
  const wipe = (sandboxUID: string): void => {
    const credentials = sandboxes.get(sandboxUID)?.credentials;
    sandboxes.delete(sandboxUID);
    for (const { kept } of credentials?.values() ?? []) kept.end();
    forget(sandboxUID);
  };
  return {
    of: (sandboxUID, caller) => {
      const known = sandboxes.get(sandboxUID);
      const isSamePod = known?.caller.podUID === caller.podUID;
      if (known !== undefined && !isSamePod) wipe(sandboxUID);
      sandboxes.delete(sandboxUID);
      const [oldest] = sandboxes.keys();
      if (sandboxes.size >= maxSandboxes && oldest !== undefined) wipe(oldest);
      const credentials: KeptCredentials<Value> = isSamePod ? known.credentials : new Map();
      sandboxes.set(sandboxUID, { caller, credentials });
      return credentials;
    },
    wipe,
    end: (sandboxUID, isEnded) => {
      const credentials: KeptCredentials<Value> = sandboxes.get(sandboxUID)?.credentials ?? new Map();
      const ended = [...credentials].filter(([name, entry]) => isEnded(name, entry));
      for (const [name, { kept }] of ended) {
        kept.end();
        credentials.delete(name);
      }
      return ended.length;
    },
    callers: () => [...sandboxes].map(([uid, { caller }]) => [uid, caller] as const),
    kept: () => {
      const all = [...sandboxes.values()].flatMap(({ credentials }) => [...credentials.values()]);
      return all.filter(({ kept }) => kept.isKept()).length;
    },
  };
}
