import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { unlessAborted } from '../lib/unless-aborted.ts';
import { type Given, keepValue, type OnCredentialRead, type ValueRead } from './kept-value.ts';
import { createKeptSandboxes } from './kept-sandboxes.ts';
import type { CredentialCaller, CredentialProblem } from './secret-store.ts';

/** From where a value of a caller is read. */
export interface ValueSource<Value> {
  /** What it is read by. Another key is another value. */
  readonly key: string;
  readonly sandboxUID: string;
  /** Rejects with the reason of the signal. */
  readonly read: (signal: AbortSignal) => Promise<ValueRead<Value>>;
}

export interface KeepValuesOptions<Value> {
  readonly find: (
    name: string,
    caller: CredentialCaller,
  ) => ValueSource<Value> | { readonly problem: CredentialProblem };
  /** What each name is read by now; null where that is not known. */
  readonly keys: () => ReadonlyMap<string, string> | null;
  /** Ends what else is held for a sandbox. */
  readonly forget: (sandboxUID: string) => void;
  /** Of the time of a value, after which another is read while it is still given. 1: none is read before its end. */
  readonly renewPart: number;
  /** Whether a caller is still who it was identified as, as far as that can be known now. */
  readonly isCurrent: (caller: CredentialCaller) => boolean;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly limits?: CredentialLimits;
  readonly onRead?: OnCredentialRead;
}

export interface CredentialLimits {
  /** Of how many sandboxes something is kept. The one that asked the longest time ago is wiped for one more. */
  readonly maxSandboxes: number;
  /** How many secrets are read at once. One more is refused. */
  readonly maxReads: number;
}

export const CREDENTIAL_LIMITS: CredentialLimits = Object.freeze({ maxSandboxes: 2_048, maxReads: 256 });

/** Values that are kept for sandboxes. */
export interface KeptValues<Value> {
  /** Rejects with the reason of the signal, and with nothing else. */
  readonly get: (caller: CredentialCaller, name: string, signal: AbortSignal) => Promise<Given<Value>>;
  /** Forgets the values of a sandbox, and ends what is being read, but not a pause after a failed read. Returns how many they were. */
  readonly wipe: (sandboxUID: string) => number;
  /** Forgets everything of the sandboxes of these pods whose caller is not current any more, and of the others what has another key. */
  readonly review: (podUIDs: ReadonlySet<string> | 'All') => void;
  readonly wipeAll: () => void;
  /** How many are in memory. */
  readonly kept: () => number;
}

/** Keeps nothing before it is asked for. */
export function keepValues<Value extends object>(options: KeepValuesOptions<Value>): KeptValues<Value> {
  const { find, keys, forget, isCurrent, limits = CREDENTIAL_LIMITS } = options;
  const reads = { max: limits.maxReads, taken: 0 };
  const sandboxes = createKeptSandboxes<Value>(limits.maxSandboxes, forget);
  const wipeUnlessCurrent = (sandboxUID: string, caller: CredentialCaller): boolean => {
    if (isCurrent(caller)) return true;
    sandboxes.wipe(sandboxUID);
    return false;
  };
  return {
    get: async (caller, name, signal) => {
      signal.throwIfAborted();
      const source = find(name, caller);
      if ('problem' in source) return source;
      const { key, sandboxUID, read } = source;
      const credentials = sandboxes.of(sandboxUID, caller);
      const known = credentials.get(name);
      if (known?.key === key) return unlessAborted(known.kept.get(), signal);
      known?.kept.end();
      // What was let in before its sandbox was cut off may ask after the wipe.
      const isStill = (): boolean => wipeUnlessCurrent(sandboxUID, caller);
      const kept = keepValue<Value>({ ...options, name, read, caller, isCurrent: isStill, reads });
      credentials.set(name, { key, kept });
      return unlessAborted(kept.get(), signal);
    },
    wipe: (sandboxUID) => sandboxes.end(sandboxUID, (_name, { kept }) => !kept.isPaused()),
    kept: sandboxes.kept,
    review: (podUIDs) => {
      const now = keys();
      for (const [sandboxUID, caller] of sandboxes.callers()) {
        const isConcerned = podUIDs === 'All' || podUIDs.has(caller.podUID);
        if (!isConcerned || !wipeUnlessCurrent(sandboxUID, caller) || now === null) continue;
        sandboxes.end(sandboxUID, (name, { key }) => now.get(name) !== key);
      }
    },
    wipeAll: () => {
      for (const [sandboxUID] of sandboxes.callers()) sandboxes.wipe(sandboxUID);
    },
  };
}
